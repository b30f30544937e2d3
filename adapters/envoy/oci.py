#!/usr/bin/env python3
"""Makes an OCI image layout with the filter in it, as Istio and Envoy Gateway fetch it: one gzipped tar layer that holds
`plugin.wasm`. Equal modules give equal bytes.

  oci.py target/wasm32-wasip1/release/weir_envoy.wasm build/weir-envoy --tag 0.1.0
  skopeo copy oci:build/weir-envoy:0.1.0 docker://registry.example/weir-envoy:0.1.0
"""
import argparse
import gzip
import hashlib
import io
import json
import pathlib
import sys
import tarfile


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("module", type=pathlib.Path)
    arguments.add_argument("layout", type=pathlib.Path, help="directory to make")
    arguments.add_argument("--tag", default="latest")
    options = arguments.parse_args()
    try:
        wasm = options.module.read_bytes()
    except OSError as error:
        sys.exit(f"cannot read {options.module}: {error.strerror}; build it: scripts/build-filter")
    if not wasm.startswith(b"\0asm"):
        sys.exit(f"{options.module} is no WebAssembly module")

    tar = layer(wasm)
    packed = gzip.compress(tar, mtime=0)
    diff_id = "sha256:" + hashlib.sha256(tar).hexdigest()
    config = {
        "architecture": "wasm",
        "os": "wasi",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [diff_id]},
        "history": [{"created_by": "COPY plugin.wasm ./"}],
    }
    blobs = options.layout / "blobs/sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": put(blobs, as_json(config), "application/vnd.oci.image.config.v1+json"),
        "layers": [put(blobs, packed, "application/vnd.oci.image.layer.v1.tar+gzip")],
    }
    entry = put(blobs, as_json(manifest), manifest["mediaType"])
    entry["annotations"] = {"org.opencontainers.image.ref.name": options.tag}
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [entry]}
    (options.layout / "index.json").write_bytes(as_json(index))
    (options.layout / "oci-layout").write_bytes(as_json({"imageLayoutVersion": "1.0.0"}))
    print(f"{options.layout}: {options.tag} is {entry['digest']}, {len(packed)} bytes; the module's sha256 is "
          f"{hashlib.sha256(wasm).hexdigest()}")


def layer(wasm):
    """A tar with one file, whose time and owner are zero."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        entry = tarfile.TarInfo("plugin.wasm")
        entry.size, entry.mode = len(wasm), 0o644
        tar.addfile(entry, io.BytesIO(wasm))
    return buffer.getvalue()


def put(blobs, data, media_type):
    digest = hashlib.sha256(data).hexdigest()
    (blobs / digest).write_bytes(data)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}


def as_json(value):
    return json.dumps(value, separators=(",", ":")).encode()


if __name__ == "__main__":
    main()
