// The door of the Worker that only forwards, as worker-build would write it.
import * as worker from "./index.js";

export default {
  fetch(request, env, context) {
    return worker.fetch(request, env, context);
  },
};
