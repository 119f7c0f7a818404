"""Addresses of targets, and what rclone is told of them."""

from __future__ import annotations

import pytest

from ilofeed.deploy.engine import SCHEMES, TargetError, read_target

SSH = {
    "RCLONE_CONFIG_ILOFEED_TYPE": "sftp",
    "RCLONE_CONFIG_ILOFEED_HOST": "example.org",
    "RCLONE_SFTP_SHELL_TYPE": "none",
    "RCLONE_SFTP_DISABLE_HASHCHECK": "true",
    "RCLONE_SFTP_KNOWN_HOSTS_FILE": "/known",
}


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("/srv/www", "/srv/www/"),
        ("/srv/www/", "/srv/www/"),
        ("s3://news", "ilofeed:news/"),
        ("s3://news/a%20b/c/", "ilofeed:news/a b/c/"),
        ("gs://news/feeds", "ilofeed:news/feeds/"),
        ("az://news/feeds", "ilofeed:news/feeds/"),
        ("sftp://me@example.org/srv/www", "ilofeed:/srv/www/"),
        ("sftp://me@example.org/~/www", "ilofeed:www/"),
        ("sftp://me@example.org/", "ilofeed:/"),
        ("ftp://me@example.org/www", "ilofeed:www/"),
        ("ftps://me@example.org/", "ilofeed:"),
        ("webdavs://me@example.org/remote/www", "ilofeed:remote/www/"),
        ("rclone://my-disk/www", "my-disk:www/"),
    ],
)
def test_an_address_is_a_place_for_rclone(text: str, remote: str) -> None:
    target = read_target(text, {})
    assert (target.shown, target.remote) == (text, remote)


def test_a_server_is_told_in_the_environment() -> None:
    target = read_target(
        "sftp://me%40here@Example.org:2222/srv", {"RCLONE_SFTP_KNOWN_HOSTS_FILE": "/known"}
    )
    assert SSH | dict(target.settings) == SSH | {
        "RCLONE_CONFIG_ILOFEED_USER": "me@here",
        "RCLONE_CONFIG_ILOFEED_PORT": "2222",
    }
    assert "RCLONE_SFTP_KNOWN_HOSTS_FILE" not in target.settings  # rclone reads it itself
    for scheme, url in (("webdav", "http"), ("webdavs", "https")):
        settings = read_target(f"{scheme}://me@example.org:81/a", {}).settings
        assert settings["RCLONE_CONFIG_ILOFEED_URL"] == f"{url}://example.org:81/"
    assert "RCLONE_CONFIG_ILOFEED_EXPLICIT_TLS" not in read_target("ftp://me@h/", {}).settings
    assert read_target("ftps://me@h/", {}).settings["RCLONE_CONFIG_ILOFEED_EXPLICIT_TLS"] == "true"


def test_known_hosts_are_checked_unless_the_environment_names_another_file() -> None:
    settings = read_target("sftp://me@example.org/srv", {}).settings
    assert settings["RCLONE_SFTP_KNOWN_HOSTS_FILE"].endswith("/.ssh/known_hosts")


def test_stores_take_the_variables_of_their_own_tools() -> None:
    given = {"AWS_ENDPOINT_URL": "https://store.example.org", "AWS_REGION": "eu-1"}
    settings = read_target("s3://news", given).settings
    assert settings["RCLONE_S3_ENDPOINT"] == "https://store.example.org"
    assert (settings["RCLONE_S3_REGION"], settings["RCLONE_S3_PROVIDER"]) == ("eu-1", "Other")
    assert read_target("s3://news", {}).settings["RCLONE_S3_PROVIDER"] == "AWS"
    settings = read_target("s3://news", given | {"RCLONE_S3_PROVIDER": "Ceph"}).settings
    assert "RCLONE_S3_PROVIDER" not in settings  # rclone reads it itself
    settings = read_target("az://news", {"AZURE_STORAGE_ACCOUNT": "office"}).settings
    assert settings["RCLONE_AZUREBLOB_ACCOUNT"] == "office"


def test_a_password_is_not_shown() -> None:
    target = read_target("ftp://me@example.org/", {"ILOFEED_PASSWORD": "open sesame"})
    assert target.password == "open sesame"
    assert "sesame" not in f"{target} {dict(target.settings)} {target.remote}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "ftp://me:secret@h/",
            "leave the password out, and put it into the variable ILOFEED_PASSW",
        ),
        (
            "https://example.org/",
            "write the path of a folder, or a URL that begins with one of s3:",
        ),
        ("news", "write the path of a folder, or a URL that begins with one of s3:"),
        ("sftp://h/a/../b", "write a path without .."),
        ("sftp://h/%2e%2e/b", "write a path without .."),
        ("s3:///a", "write s3://, a host or a bucket, and a path"),
        ("s3://news/a?versions", "write s3://, a host or a bucket, and a path"),
        ("sftp://h/a%0Ab", "write sftp://, a host or a bucket, and a path"),
        ("s3://me@news/", "write s3://, the name of a bucket, and a path"),
        ("s3://News/", "write s3://, the name of a bucket, and a path"),
        ("rclone://a,type=local/x", "write the name of a remote of rclone after rclone://"),
        ("sftp://h:port/", "it is not a URL: "),
        ("sftp://[h/", "it is not a URL: "),
    ],
)
def test_a_wrong_address_says_what_to_write(text: str, message: str) -> None:
    with pytest.raises(TargetError) as wrong:
        read_target(text, {})
    assert str(wrong.value).startswith(message)
    assert "secret" not in str(wrong.value)


def test_each_scheme_is_read() -> None:
    assert {read_target(f"{scheme}://name/path", {}).shown for scheme in SCHEMES} == {
        f"{scheme}://name/path" for scheme in SCHEMES
    }
