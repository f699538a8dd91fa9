"""The sending process reaches the public Internet, what the administrator allows, and no file."""

import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

import pytest

from onmodel.channels.guard import may_connect, parse_networks


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::a00:1",
    ],
)
def test_no_address_inside_is_reached(address: str) -> None:
    assert not may_connect(ip_address(address), [])


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_reached(address: str) -> None:
    assert may_connect(ip_address(address), [])


def test_the_administrator_may_allow_networks() -> None:
    allowed = parse_networks("10.0.0.0/8, fd00::/8")
    assert may_connect(ip_address("10.9.8.7"), allowed)
    assert may_connect(ip_address("::ffff:10.9.8.7"), allowed)
    assert may_connect(ip_address("fd00::5"), allowed)
    assert not may_connect(ip_address("192.168.0.1"), allowed)


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="printer"):
        parse_networks("10.0.0.0/8 printer")


def _guarded(code: str) -> str:
    program = f"from onmodel.channels import guard\nguard.install([])\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    return done.stderr.strip().splitlines()[-1] if done.returncode else done.stdout.strip()


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.create_connection(('localhost', 9))",
        "import socket; socket.socket(socket.AF_UNIX).connect('/run/anything.sock')",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('10.0.0.1', 53))",
        "open('/etc/passwd')",
        "import os; os.open('/etc/passwd', os.O_RDONLY)",
        "open('/tmp/anything', 'w')",
        "import os; os.system('true')",
        "import subprocess; subprocess.run(['true'])",
    ],
)
def test_a_guarded_process_is_stopped(code: str) -> None:
    assert "BlockedError" in _guarded(code)


def test_a_link_out_of_the_allowed_folders_is_no_way_around(tmp_path: Path) -> None:
    (tmp_path / "passwd").symlink_to("/etc/passwd")
    assert "BlockedError" in _guarded(f"open({str(tmp_path / 'passwd')!r})")


def test_a_guarded_process_still_reads_its_own_code() -> None:
    assert _guarded("import wsgiref.simple_server, zoneinfo; print('read')") == "read"
