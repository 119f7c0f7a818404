"""Real servers on this machine to deploy to: a store with the protocol of S3, OpenSSH, vsftpd and
Apache with WebDAV."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import subprocess
import sysconfig
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ilofeed.deploy import find_engine, read_target
from serving import free_port, needs, wait_for_server
from waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SERVERS = needs("sshd", "vsftpd", "apache2")
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-tests"}
_IDENTITIES = """{"identities": [
 {"name": "office", "credentials": [{"accessKey": "key", "secretKey": "a-secret-of-the-tests"}],
  "actions": ["Admin", "Read", "Write", "List", "Tagging"]},
 {"name": "anonymous", "actions": ["Read"]}]}"""


@dataclass(frozen=True)
class Place:
    """Where to deploy: the target, the variables it needs, and how a reader gets a file."""

    target: str
    read: Callable[[str], bytes | None]
    variables: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None  # the same on the disk, for those that have one
    address: str = ""  # where a browser finds it

    def below(self, name: str) -> Place:
        """A folder in it, which is another target."""
        return Place(
            f"{self.target}/{name}",
            lambda path: self.read(f"{name}/{path}"),
            self.variables,
            self.folder and self.folder / name,
            self.address and f"{self.address}{name}/",
        )


def folder_place(
    folder: Path, target: str = "", variables: dict[str, str] | None = None, address: str = ""
) -> Place:
    def read(path: str) -> bytes | None:
        try:
            return (folder / path).read_bytes()
        except FileNotFoundError:
            return None

    return Place(target or str(folder), read, variables or {}, folder, address)


def put(place: Place, path: str, data: bytes, folder: Path) -> None:
    """Put a file at a target as others do: by another program, or by hand."""
    if place.folder is not None:
        for folder in (place.folder, (place.folder / path).parent):
            if not folder.exists():
                folder.mkdir(parents=True)
                folder.chmod(0o777)  # a server may be another user
        (place.folder / path).write_bytes(data)
        return
    source = folder / "others" / path
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_bytes(data)
    engine = make_engine(place)
    engine.upload(folder / "others", [path], {})


def make_engine(place: Place):  # type: ignore[no-untyped-def]

    environment = os.environ | place.variables
    return find_engine(read_target(place.target, environment), environment)


def fetch(address: str) -> bytes | None:
    try:
        with urllib.request.urlopen(address, timeout=30) as response:
            return bytes(response.read())
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise


@contextlib.contextmanager
def _running(
    command: Sequence[str | Path], port: int, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in a group of processes of its own, which ends with it."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
        )
    try:
        wait_for_server(process, port, log)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def store(folder: Path) -> Iterator[Place]:
    """SeaweedFS with its gateway for S3, and one bucket, which everyone may read."""
    weed = shutil.which("weed", path=sysconfig.get_path("scripts"))
    assert weed is not None
    (folder / "data").mkdir(parents=True)
    (folder / "identities.json").write_text(_IDENTITIES, "utf-8")
    ports = {name: free_port(10_000) for name in ("master.port", "volume.port", "filer.port")}
    port = free_port(10_000)
    command = [
        weed, "server", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3",
        f"-s3.port={port}", f"-s3.config={folder / 'identities.json'}", "-volume.max=0",
        "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false",
        "-master.volumeSizeLimitMB=64", *(f"-{name}={number}" for name, number in ports.items()),
    ]  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    variables = {**KEYS, "AWS_ENDPOINT_URL": address, "AWS_REGION": "us-east-1"}
    with _running(command, port, folder / "log") as process:
        place = Place("s3://site", lambda path: fetch(f"{address}/site/{path}"), variables)
        _make_bucket(place, process)
        yield Place(place.target, place.read, variables, address=f"{address}/site/")


def _make_bucket(place: Place, process: subprocess.Popen[bytes]) -> None:
    """As an office does with its own tools, once; the store takes a while to be ready."""
    rclone = shutil.which("rclone", path=sysconfig.get_path("scripts"))
    assert rclone is not None
    remote = f":s3,provider=Other,env_auth=true,endpoint='{place.variables['AWS_ENDPOINT_URL']}':"

    def is_ready() -> bool:
        assert process.poll() is None, "the store has ended"
        for word, path, data in (("mkdir", "", b""), ("rcat", "/ready", b"1")):
            done = subprocess.run(
                [rclone, word, f"{remote}site{path}"], env=os.environ | place.variables,
                input=data, check=False, capture_output=True,
            )  # fmt: skip
            if done.returncode != 0:
                return False
        return place.read("ready") == b"1"

    until(is_ready, "a store with a bucket")


@contextlib.contextmanager
def ssh(folder: Path) -> Iterator[Place]:
    """OpenSSH, which knows a key of ours, and whose key we know."""
    folder.mkdir(parents=True)
    for name in ("host", "user"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True
        )
    port = free_port()
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # as its service does
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/user.pub\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nSubsystem sftp internal-sftp\n",
        "utf-8",
    )
    key = " ".join((folder / "host.pub").read_text("utf-8").split()[:2])
    (folder / "known").write_text(f"[127.0.0.1]:{port} {key}\n", "utf-8")
    variables = {
        "RCLONE_SFTP_KEY_FILE": str(folder / "user"),
        "RCLONE_SFTP_KNOWN_HOSTS_FILE": str(folder / "known"),
    }
    sshd = shutil.which("sshd") or "/usr/sbin/sshd"
    site = folder / "site"
    target = f"sftp://{getpass.getuser()}@127.0.0.1:{port}{site}"
    with _running([sshd, "-D", "-e", "-f", folder / "config"], port, folder / "log"):
        yield folder_place(site, target, variables)


@contextlib.contextmanager
def ftp(folder: Path) -> Iterator[Place]:
    """vsftpd, as anybody may start it."""
    (folder / "root").mkdir(parents=True)
    port = free_port()
    (folder / "config").write_text(
        f"listen=YES\nlisten_port={port}\nlisten_address=127.0.0.1\nbackground=NO\n"
        f"anonymous_enable=YES\nanon_root={folder}/root\nno_anon_password=YES\nlocal_enable=NO\n"
        "write_enable=YES\nanon_upload_enable=YES\nanon_mkdir_write_enable=YES\n"
        "anon_other_write_enable=YES\nanon_umask=022\nrun_as_launching_user=YES\n"
        "allow_writeable_chroot=YES\nseccomp_sandbox=NO\nmdtm_write=YES\n"
        f"pasv_min_port=30000\npasv_max_port=32700\n",
        "utf-8",
    )
    target = f"ftp://anonymous@127.0.0.1:{port}/site"
    variables = {"ILOFEED_PASSWORD": "anyone"}
    with _running(["vsftpd", folder / "config"], port, folder / "log"):
        yield folder_place(folder / "root" / "site", target, variables)


@contextlib.contextmanager
def webdav(_folder: Path) -> Iterator[Place]:
    """Apache, which also shows the files to everyone. It is another user, from whom pytest hides
    its folders, so it has one of its own."""
    with tempfile.TemporaryDirectory(prefix="ilofeed-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with _apache(folder) as place:
            yield place


@contextlib.contextmanager
def _apache(folder: Path) -> Iterator[Place]:
    for name in ("root", "lock"):
        (folder / name).mkdir()
        (folder / name).chmod(0o777)
    port = free_port()
    (folder / "config").write_text(
        f"ServerRoot {folder}\nPidFile {folder}/pid\nListen 127.0.0.1:{port}\n"
        f"ServerName localhost\nErrorLog {folder}/error\nDocumentRoot {folder}/root\n"
        + "".join(
            f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
            for name in ("mpm_event", "authz_core", "dav", "dav_fs")
        )
        + ("User www-data\nGroup www-data\n" if os.geteuid() == 0 else "")
        + f"DavLockDB {folder}/lock/db\n<Directory {folder}/root>\nDav On\n"
        "Require all granted\n</Directory>\n",
        "utf-8",
    )
    command: list[str | Path] = ["apache2", "-D", "FOREGROUND", "-f", folder / "config"]
    with _running(command, port, folder / "log"):
        target, address = f"webdav://127.0.0.1:{port}/site", f"http://127.0.0.1:{port}/site/"
        yield folder_place(folder / "root" / "site", target, address=address)


STARTERS = {"s3": store, "sftp": ssh, "ftp": ftp, "webdav": webdav}
