"""What an officer's authenticator shows."""

from __future__ import annotations

from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from identity.models import Officer


def six_digits(post: Officer) -> str:
    """The code of now."""
    return f"{_generator(TOTPDevice.objects.get(user=post.user)).token():06}"


def unused_digits(post: Officer) -> str:
    """A code that was not used yet: the portal takes one step ahead as well."""
    device = TOTPDevice.objects.get(user=post.user)
    generator = _generator(device)
    if device.last_t >= generator.t():
        generator.time += device.step
    return f"{generator.token():06}"


def _generator(device: TOTPDevice) -> TOTP:
    generator = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    generator.time = timezone.now().timestamp()
    return generator
