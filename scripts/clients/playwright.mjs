// Drives a browser by Playwright on the tour: node playwright.mjs BROWSER_FILE TOUR_URL [headful]
import { createRequire } from 'node:module';

const { chromium } = createRequire(process.env.WEIR_NODE_MODULES + '/')('playwright-core');
const [, , executablePath, url, headful] = process.argv;

const browser = await chromium.launch({
  executablePath,
  headless: !headful,
  args: ['--no-sandbox', '--disable-quic', '--host-resolver-rules=MAP *.weir.test 127.0.0.1'],
});
try {
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  await page.goto(url);
  await page.click('a[href^="/tour/clicked"]', { timeout: 60_000 });
  await page.waitForURL('**/tour/clicked*');
  await page.click('form[action^="/tour/posted"] button', { timeout: 60_000 });
  await page.waitForResponse('**/tour/done', { timeout: 60_000 });
} finally {
  await browser.close();
}
