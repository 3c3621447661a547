"""The registers this deployment is connected to, by name. A real connector replaces the fake with `use`."""

from __future__ import annotations

from identity.registers import fake
from identity.registers.base import Record, Register, RegisterUnavailable

__all__ = ["Record", "Register", "RegisterUnavailable", "fetch", "get", "use"]

_registers: dict[str, Register] = {name: fake.FakeRegister(name) for name in fake.NAMES}


def get(name: str) -> Register:
    return _registers[name]


def use(name: str, register: Register) -> None:
    _registers[name] = register


def fetch(name: str, key: str) -> Record | None:
    """One look-up; a register this deployment is not connected to counts as unavailable."""
    if name not in _registers:
        raise RegisterUnavailable(name)
    return _registers[name].fetch(key)
