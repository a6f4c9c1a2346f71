#!/usr/bin/env python3
"""Tests of verify.py, against the same vectors as the Rust tests. What is hashed is found here once more, by other ways."""
import copy
import hashlib
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
import verify  # noqa: E402

VECTORS = json.loads((HERE / "seal/golden/vectors.json").read_bytes())
EXPORTS = {name: json.loads((HERE / f"golden/{name}.json").read_bytes()) for name in ("reading", "range")}
START = 1_790_000_000_000


def reading(place):
    """The rule of the golden readings."""
    early = place < 40
    return {
        "channel": place % 5,
        "session": 0xC0FFEE01 if early else 0x0BADCAFE,
        "sequence": 3 * place if early else place - 40,
        "at": START + 10 * place,
        "value": place * place * 31 % 1009 - 500,
    }


def blake2(*parts):
    return hashlib.blake2b(b"".join(parts), digest_size=32).digest()


def leaf(place):
    return blake2(b"bpiiot/reading", struct.pack("<HIQQq", *reading(place).values()))


def top(leaves):
    """From the bottom up: pairs become one, and what is left over goes up as it is."""
    while len(leaves) > 1:
        pairs = [leaves[place:place + 2] for place in range(0, len(leaves), 2)]
        leaves = [blake2(b"bpiiot/node", *pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return leaves[0]


class Vectors(unittest.TestCase):
    def test_leaves(self):
        for vector in VECTORS["leaves"]:
            packed = struct.pack("<HIQQq", *reading(vector["place"]).values())
            self.assertEqual("0x" + packed.hex(), vector["bytes"])
            self.assertEqual("0x" + leaf(vector["place"]).hex(), vector["leaf"])

    def test_trees(self):
        for tree in VECTORS["trees"]:
            count, first, length = tree["count"], tree["first"], tree["length"]
            whole = top([leaf(place) for place in range(count)])
            root = blake2(b"bpiiot/root", struct.pack("<I", count), whole)
            self.assertEqual("0x" + root.hex(), tree["root"])
            readings = [reading(place) for place in range(first, first + length)]
            path = [verify.unhex(part) for part in tree["path"]]
            self.assertEqual(verify.proven_root(count, first, readings, path), root)

    def test_table_and_batch(self):
        self.assertEqual("0x" + verify.table_hash(VECTORS["table"]["channels"]).hex(), VECTORS["table"]["hash"])
        self.assertEqual("0x" + blake2(verify.unhex(VECTORS["table"]["bytes"])).hex(), VECTORS["table"]["hash"])
        vector = VECTORS["batch"]
        found = verify.batch_hash(verify.unhex(vector["genesis"]), verify.unhex(vector["machine"]), vector["batch"])
        self.assertEqual("0x" + found.hex(), vector["hash"])
        self.assertEqual("0x" + blake2(verify.unhex(vector["bytes"])).hex(), vector["hash"])


class Exports(unittest.TestCase):
    def refused(self, export, block, why=None):
        """Whatever is wrong, nothing is proven."""
        with self.assertRaises(Exception) as raised:
            verify.verify(export, block)
        if why:
            self.assertIn(why, str(raised.exception))

    def test_they_prove(self):
        for export in EXPORTS.values():
            block = verify.unhex(export["block"])
            said = verify.verify(export, block)
            self.assertEqual(len(said), 2 + len(export["proof"]["readings"]))
            self.assertTrue(all(line.endswith(": evidence") for line in said[2:]), said)
            late = verify.verify(export, block, minutes=0)
            self.assertTrue(all("no evidence" in line for line in late[2:]), late)
            # Without a block, nothing is said of the chain.
            self.assertFalse(any("evidence" in line for line in verify.verify(export)))

    def test_what_is_wrong_is_said(self):
        good = EXPORTS["range"]
        block = verify.unhex(good["block"])
        cases = [
            ("another version", lambda file: file.update(format="x")),
            ("not in the batch", lambda file: file["proof"]["readings"][0].update(value=1)),
            ("the path is", lambda file: file["proof"].update(first=file["proof"]["first"] + 1)),
            ("too short", lambda file: file["proof"]["path"].pop()),
            ("too long", lambda file: file["proof"]["path"].append("0x" + "00" * 32)),
            ("no such places", lambda file: file["batch"].update(count=1)),
            ("no readings", lambda file: file["proof"].update(readings=[])),
            ("channels is not", lambda file: file["channels"][0].update(name="pressure")),
            ("channels are not in order", lambda file: file["channels"].append(file["channels"][0])),
            ("no such anchor", lambda file: file.update(machine="0x" + "01" * 32)),
            ("another batch", lambda file: file["batch"].update(jumps=1)),
            ("another batch", lambda file: file.update(genesis="0x" + "01" * 32)),
            ("the runs have other", lambda file: file["batch"].update(lost=file["batch"]["lost"] + 1)),
            ("not of the batch's time", lambda file: file["batch"].update(to=file["batch"]["from"])),
            ("none of the batch's runs", lambda file: [run.update(session=1) for run in file["batch"]["runs"]]),
            ("another block's", lambda file: file["anchor"].update(header=file["anchor"]["header"] + "00")),
            ("bytes of the chain are missing", lambda file: file["anchor"].update(nodes=[])),
        ]
        for why, change in cases:
            file = copy.deepcopy(good)
            change(file)
            self.refused(file, block, why)
        self.refused(good, bytes(32), "another block's")
        number = copy.deepcopy(good)
        number["batch"]["number"] += 5
        self.refused(number, block, "no such anchor")

    def test_no_altered_byte_proves(self):
        """Each hex text and each number of the file, altered by chance."""
        dice = random.Random(1)

        def places(part):
            items = part.items() if isinstance(part, dict) else enumerate(part)
            for key, value in items:
                if isinstance(value, (dict, list)):
                    yield from places(value)
                elif key != "block":
                    yield part, key

        for name, good in EXPORTS.items():
            block = verify.unhex(good["block"])
            for number in range(len(list(places(good)))):
                for _ in range(3):
                    file = copy.deepcopy(good)
                    part, key = list(places(file))[number]
                    if isinstance(part[key], int):
                        part[key] ^= 1 << dice.randrange(16)
                    else:
                        digit = dice.randrange(2 if part[key].startswith("0x") else 0, len(part[key]))
                        other = dice.choice([sign for sign in "0123456789abcdef" if sign != part[key][digit]])
                        part[key] = part[key][:digit] + other + part[key][digit + 1:]
                    with self.subTest(file=name, key=key):
                        self.refused(file, block)

    def test_every_node_is_needed_and_none_can_be_another(self):
        for good in EXPORTS.values():
            block = verify.unhex(good["block"])
            for place in range(len(good["anchor"]["nodes"])):
                file = copy.deepcopy(good)
                del file["anchor"]["nodes"][place]
                self.refused(file, block)
            # More than is needed does no harm.
            file = copy.deepcopy(good)
            file["anchor"]["nodes"] += ["0x00", "0x"]
            verify.verify(file, block)

    def test_as_a_program(self):
        def run(file, *arguments):
            with tempfile.NamedTemporaryFile("w", suffix=".json") as out:
                out.write(file)
                out.flush()
                command = [sys.executable, str(HERE / "verify.py"), out.name, *arguments]
                return subprocess.run(command, capture_output=True, text=True, timeout=60)

        good = EXPORTS["reading"]
        done = run(json.dumps(good), "--block", good["block"])
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(": evidence", done.stdout)
        done = run(json.dumps(good))
        self.assertEqual(done.returncode, 0)
        self.assertIn("give a block", done.stdout)
        for text in ("", "[]", "{}", '{"format": "bpiiot-proof-1"}', "[" * 2000):
            done = run(text)
            self.assertEqual(done.returncode, 1, text[:9])
            self.assertTrue(done.stderr.startswith("refused: "), done.stderr)
        done = run(json.dumps(good), "--block", "0x00")
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main()
