#!/usr/bin/env python3
"""Writes a parachain into the genesis of a relay chain, for networks of one's own.

    register-in-genesis.py RELAY_SPEC HEAD WASM [PARA_ID] > relay.json

RELAY_SPEC is a plain chain spec of the relay chain; HEAD and WASM are what `bpiiot-node export-genesis-head` and
`export-genesis-wasm` wrote. The parachain gets a core of its own from the first block on.

Not jq: that rounds integers above 2^53, which balances are.
"""

import json
import sys

PARA_ID = 2000


def read_hex(path):
    """The text of a file that holds bytes as 0x and hexadecimal digits."""
    with open(path, encoding="ascii") as file:
        text = file.read().strip()
    if not text.startswith("0x"):
        sys.exit(f"{path} does not begin with 0x: export it without --raw")
    bytes.fromhex(text[2:])
    return text


def register(spec, para_id, head, wasm):
    """Adds the parachain to `spec`, a plain chain spec."""
    genesis = spec.get("genesis", {}).get("runtimeGenesis", {})
    # A patch of a preset, or the whole configuration.
    config = genesis.get("patch", genesis.get("config"))
    if config is None:
        sys.exit("this is no plain chain spec: it has neither genesis.runtimeGenesis.patch nor .config")
    paras = config.setdefault("paras", {}).setdefault("paras", [])
    if any(known == para_id for known, _ in paras):
        sys.exit(f"the parachain {para_id} is registered already")
    paras.append([para_id, {"genesis_head": head, "validation_code": wasm, "parachain": True}])


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = json.load(file)
    para_id = int(sys.argv[4]) if len(sys.argv) == 5 else PARA_ID
    register(spec, para_id, read_hex(sys.argv[2]), read_hex(sys.argv[3]))
    json.dump(spec, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
