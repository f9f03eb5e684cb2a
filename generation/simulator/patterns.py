"""Text that a simple regular expression matches: literals, classes, groups, alternatives, repetition.

No lookaround, backreferences or flags: `example` says ValueError, and the caller writes something
else."""

import random
import string

_WORD = string.ascii_letters + string.digits + "_"
_PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F))
_CLASSES = {
    "d": string.digits, "w": _WORD, "s": " ",
    "D": string.ascii_letters, "W": "-./ ", "S": string.ascii_letters + string.digits,
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
MOST_REPEATS = 6      # what `*` and `+` write at most over their minimum


def example(pattern: str, rng: random.Random) -> str:
    """One text that `pattern` matches."""
    reader = _Reader(pattern, rng)
    text = reader.alternatives()
    if reader.at < len(pattern):
        raise ValueError(f"{pattern!r} cannot be read at {reader.at}")
    return text


class _Reader:
    """Reads the pattern and writes the example in one go: what is repeated is read again each time."""

    def __init__(self, pattern: str, rng: random.Random) -> None:
        self.pattern = pattern
        self.at = 0
        self._rng = rng

    def alternatives(self) -> str:
        branches = [self._sequence()]
        while self._next() == "|":
            self.at += 1
            branches.append(self._sequence())
        return self._rng.choice(branches)

    def _sequence(self) -> str:
        written: list[str] = []
        while self._next() not in ("", "|", ")"):
            start = self.at
            text = self._atom()
            end = self.at
            least, most = self._quantifier()
            after = self.at
            for number in range(self._rng.randint(least, most)):
                if number:
                    self.at = start
                    text = self._atom()
                written.append(text)
            self.at = max(after, end)
        return "".join(written)

    def _atom(self) -> str:
        character = self._next()
        self.at += 1
        match character:
            case "^" | "$":
                return ""
            case ".":
                return self._rng.choice(string.ascii_lowercase)
            case "(":
                return self._group()
            case "[":
                return self._rng.choice(self._class())
            case "\\":
                return self._rng.choice(self._escape())
            case "*" | "+" | "?" | "{":
                raise ValueError(f"{self.pattern!r} repeats nothing at {self.at}")
            case _:
                return character

    def _group(self) -> str:
        if self._next() == "?":
            if self.pattern[self.at:self.at + 2] != "?:":
                raise ValueError(f"{self.pattern!r} has a group of an unknown sort")
            self.at += 2
        text = self.alternatives()
        if self._next() != ")":
            raise ValueError(f"{self.pattern!r} has an open group")
        self.at += 1
        return text

    def _escape(self) -> str:
        character = self._next()
        self.at += 1
        if character in _CLASSES:
            return _CLASSES[character]
        if character in _ESCAPES:
            return _ESCAPES[character]
        if character.isalnum() or not character:
            raise ValueError(f"{self.pattern!r} has the unknown escape {character!r}")
        return character

    def _class(self) -> str:
        is_negated = self._next() == "^"
        self.at += is_negated
        members: list[str] = []
        is_first = True
        while self._next() != "]" or is_first:
            is_first = False
            if not self._next():
                raise ValueError(f"{self.pattern!r} has an open class")
            low = self._member()
            if self._next() == "-" and self.pattern[self.at + 1:self.at + 2] not in ("]", "") and len(low) == 1:
                self.at += 1
                high = self._member()
                members += [chr(code) for code in range(ord(low), min(ord(high), ord(low) + 255) + 1)]
            else:
                members.append(low)
        self.at += 1
        allowed = "".join(members)
        if is_negated:
            allowed = "".join(character for character in _PRINTABLE if character not in allowed)
        if not allowed:
            raise ValueError(f"{self.pattern!r} has an empty class")
        return allowed

    def _member(self) -> str:
        character = self._next()
        self.at += 1
        return self._escape() if character == "\\" else character

    def _quantifier(self) -> tuple[int, int]:
        least, most = 1, 1
        match self._next():
            case "*":
                least, most = 0, MOST_REPEATS
            case "+":
                least, most = 1, 1 + MOST_REPEATS
            case "?":
                least, most = 0, 1
            case "{":
                end = self.pattern.find("}", self.at)
                low, comma, high = self.pattern[self.at + 1:end].partition(",")
                if end < 0 or not low.isdecimal() or (high and not high.isdecimal()):
                    raise ValueError(f"{self.pattern!r} has a repetition that cannot be read")
                least = int(low)
                most = int(high) if high else least + MOST_REPEATS * bool(comma)
                self.at = end
            case _:
                return 1, 1
        self.at += 1
        if self._next() in ("?", "+"):      # lazy or possessive: the same texts match
            self.at += 1
        return least, max(least, most)

    def _next(self) -> str:
        return self.pattern[self.at:self.at + 1]
