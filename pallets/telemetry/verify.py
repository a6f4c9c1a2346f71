#!/usr/bin/env python3
"""Verifies readings that a machine on BPIIoT has exported, from the file alone and the hash of a block that you trust.

    verify.py proof.json                      the readings are in the batch that the file tells of
    verify.py proof.json --block 0x1234...    and in the state of this block that batch is anchored
What is hashed is on the page of `bpiiot-seal`; tries are those of the crate `sp-trie`, state version 1.
"""
import argparse
import hashlib
import io
import json
import struct
import sys

MAX_READINGS, MAX_RUNS, MAX_PROVEN = 1 << 20, 16, 4096
# twox128("Telemetry") ++ twox128("Anchors")
ANCHORS = bytes.fromhex("7f5da1a9832433a6b5d5f0c69a7329422893c8b379803be566c94f4bfeab5cb2")
ANCHOR = struct.Struct("<32s32s32sIIHQQQQQ?")
UNITS = "- - rpm µm °C mm/s ‰ V A Hz N Pa W".split()
FIELDS = "hash root channels count lost jumps from to after anchored_at kept_from withheld".split()


class Refused(Exception):
    """The file does not prove what it says."""


def ensure(holds, why):
    if not holds:
        raise Refused(why)


def blake2(data, size=32):
    return hashlib.blake2b(data, digest_size=size).digest()


def unhex(text, size=None):
    ensure(text.startswith("0x"), f"{text!r} is not hex with 0x before it")
    data = bytes.fromhex(text[2:])
    ensure(size in (None, len(data)), f"{text} has {len(data)} bytes instead of {size}")
    return data


def pack(layout, record, names):
    """Fields of fixed width, the lowest byte first."""
    return struct.pack("<" + layout, *(record[name] for name in names.split()))


def proven_root(count, first, readings, path):
    """The root of a batch of `count` readings in which these stand from place `first` on."""
    end, path = first + len(readings), list(path)
    ensure(0 < len(readings) <= MAX_PROVEN, "there are no readings, or too many")
    ensure(0 <= first and end <= count <= MAX_READINGS, "the batch has no such places")

    def top(start, size):
        if start + size <= first or start >= end:
            ensure(path, "the path is too short")
            return path.pop(0)
        if size == 1:
            reading = pack("HIQQq", readings[start - first], "channel session sequence at value")
            return blake2(b"bpiiot/reading" + reading)
        half = 1 << ((size - 1).bit_length() - 1)  # The greatest power of two below it.
        return blake2(b"bpiiot/node" + top(start, half) + top(start + half, size - half))

    root = blake2(b"bpiiot/root" + struct.pack("<I", count) + top(0, count))
    ensure(not path, "the path is too long")
    return root


def batch_hash(genesis, machine, batch):
    data = b"bpiiot/batch" + genesis + machine + pack("Q", batch, "number")
    data += unhex(batch["previous"], 32) + unhex(batch["root"], 32) + pack("IIQQ", batch, "count lost from to")
    data += unhex(batch["channels"], 32) + pack("H", batch, "jumps") + bytes([len(batch["runs"])])
    return blake2(data + b"".join(pack("IIQQ", run, "epoch session first last") for run in batch["runs"]))


def table_hash(channels):
    ensure(all(one["number"] < two["number"] for one, two in zip(channels, channels[1:])), "channels are not in order")
    data = b"bpiiot/channels" + struct.pack("<H", len(channels))
    for channel in channels:
        data += pack("HBiiI", channel, "number unit zero multiplier divisor")
        data += bytes([len(name := channel["name"].encode())]) + name
    return blake2(data)


def check_batch(batch, readings):
    """What the chain has looked at too, and that the readings fit in."""
    runs = batch["runs"]
    ensure(0 < len(runs) <= MAX_RUNS, "there are no runs, or too many")
    ensure(all(run["first"] <= run["last"] for run in runs), "a run ends before it begins")
    ensure(all(one["epoch"] + 1 == two["epoch"] for one, two in zip(runs, runs[1:])), "the runs are not in order")
    spanned = sum(run["last"] - run["first"] + 1 for run in runs)
    ensure(spanned == batch["count"] + batch["lost"], "the runs have other readings than the batch has and lacks")
    for reading in readings:
        ensure(batch["from"] <= reading["at"] <= batch["to"], "a reading is not of the batch's time")
        ensure(any(run["session"] == reading["session"] and run["first"] <= reading["sequence"] <= run["last"]
                   for run in runs), "a reading is of none of the batch's runs")
    follow = lambda a, b: a["at"] <= b["at"] and (a["session"] != b["session"] or a["sequence"] < b["sequence"])
    ensure(all(follow(*pair) for pair in zip(readings, readings[1:])), "the readings are not in order")


class Bytes(io.BytesIO):
    """Bytes that are read from the front."""

    def take(self, size):
        taken = self.read(size)
        ensure(len(taken) == size, "bytes of the chain are missing")
        return taken

    def compact(self):
        """A number as SCALE writes it in 1, 2 or 4 bytes."""
        first = self.take(1)
        ensure(first[0] & 3 < 3, "a number is too large")
        return int.from_bytes(first + self.take((1 << (first[0] & 3)) - 1), "little") >> 2


def stored(nodes, root, key):
    """The value of `key` in the trie with this root."""
    known, nibbles, at = {blake2(data): data for data in nodes}, key.hex(), root
    none = "the chain has no such anchor in this block"
    while True:
        data = Bytes(known.get(at, b"") if len(at) == 32 else at)
        kind = data.take(1)[0]
        # Leaf, branch, branch with a value; leaf and branch with a value that is a node of its own.
        most = {1: 63, 2: 63, 3: 63}.get(kind >> 6) or {1: 31}.get(kind >> 5) or {1: 15}.get(kind >> 4)
        ensure(most, none)
        is_leaf, is_apart = most == 31 or kind >> 6 == 1, most < 63
        size = kind & most
        more = 255 if size == most else 0
        while more == 255:
            more = data.take(1)[0]
            size += more
        ensure(data.take((size + 1) // 2).hex()[size % 2:] == nibbles[:size], none)
        nibbles, children = nibbles[size:], 0 if is_leaf else int.from_bytes(data.take(2), "little")
        value = None if kind >> 6 == 2 else data.take(32 if is_apart else data.compact())
        if not nibbles:
            ensure(value is not None and (not is_apart or value in known), none)
            return known[value] if is_apart else value
        child = 1 << int(nibbles[0], 16)
        ensure(children & child, none)
        so_far = bin(children & (2 * child - 1)).count("1")
        at, nibbles = [data.take(data.compact()) for _ in range(so_far)][-1], nibbles[1:]


def anchor_of(export, machine, number, block):
    """The anchor in the state of the block with this hash."""
    header = unhex(export["header"])
    ensure(blake2(header) == block, "the header is another block's")
    header, number = Bytes(header[32:]), struct.pack("<Q", number)
    header.compact()
    key = ANCHORS + blake2(machine, 16) + machine + blake2(number, 16) + number
    value = stored([unhex(data) for data in export["nodes"]], header.take(32), key)
    ensure(len(value) == ANCHOR.size, "the anchor is of another version")
    return dict(zip(FIELDS, ANCHOR.unpack(value)))


def verify(export, block=None, minutes=15):
    """What the file proves, as lines of text. Raises `Refused`, or what Python raises of a file that is none."""
    ensure(export["format"] == "bpiiot-proof-1", "this is no proof, or one of another version")
    batch, proof, channels = export["batch"], export["proof"], export["channels"]
    machine, readings = unhex(export["machine"], 32), proof["readings"]
    root = proven_root(batch["count"], proof["first"], readings, [unhex(part, 32) for part in proof["path"]])
    ensure(root == unhex(batch["root"], 32), "the readings are not in the batch")
    ensure(table_hash(channels) == unhex(batch["channels"], 32), "the table of channels is not the batch's")
    check_batch(batch, readings)
    number, hash_, anchor = batch["number"], batch_hash(unhex(export["genesis"], 32), machine, batch), None
    said = [f"machine 0x{machine.hex()}, batch {number}, hash 0x{hash_.hex()}"]
    if block is not None:
        anchor = anchor_of(export["anchor"], machine, number, block)
        ensure(anchor["hash"] == hash_, "the chain has anchored another batch under this number")
        ensure(not anchor["withheld"], "its holder was asked for it and has not produced it")
        said.append(f"anchored at {anchor['anchored_at']} ms, the one before it at {anchor['after']} ms")
    for place, reading in enumerate(readings, proof["first"]):
        channel = next(channel for channel in channels if channel["number"] == reading["channel"])
        value = (reading["value"] - channel["zero"]) * channel["multiplier"] / channel["divisor"]
        unit = UNITS[channel["unit"]] if channel["unit"] < len(UNITS) else "of an unknown unit"
        said.append(f"reading {place}: {channel['name']} {value:g} {unit} (raw {reading['value']}), {reading['at']} ms")
        if anchor:
            age = anchor["anchored_at"] - reading["at"]
            counts = anchor["after"] <= reading["at"] and 0 <= age <= minutes * 60_000
            said[-1] += ": evidence" if counts else ": no evidence, not between the anchors or too old"
    return said


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--block", help="the hash of a finalized block that you trust")
    parser.add_argument("--minutes", type=int, default=15, help="how old a reading may be when anchored (15)")
    args = parser.parse_args()
    try:
        export = json.load(open(args.file, "rb"))
        said = verify(export, args.block and unhex(args.block, 32), args.minutes)
    except Exception as why:  # Whatever is wrong with it, it proves nothing.
        sys.exit(f"refused: {why if isinstance(why, Refused) else f'this is no proof ({type(why).__name__}: {why})'}")
    print(*said, *([] if args.block else ["whether it is anchored was not asked: give a block with --block"]), sep="\n")


if __name__ == "__main__":
    main()
