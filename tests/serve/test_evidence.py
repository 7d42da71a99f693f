"""Pictures: who gets them, with which headers, and that nothing else is ever read."""

from __future__ import annotations

import pytest

from serve.client import claim, signed_in
from serve.conftest import Site

SECRET = b"not a picture"


def test_a_picture_comes_with_headers_that_keep_it_in(site: Site) -> None:
    mei = signed_in(site.app)
    evidence = claim(mei)["views"][0]["evidence"]
    for key in (evidence["frame"], evidence["crop"]):
        answer = mei.get(f"/evidence/{key}")
        assert answer.status_code == 200
        assert answer.content.startswith(b"\xff\xd8\xff")
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"].startswith("private")
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    "key",
    [
        "../secret.jpg",
        "..%2fsecret.jpg",
        "%2e%2e/secret.jpg",
        "%2e%2e%2fsecret.jpg",
        "ab/../../secret.jpg",
        "ab%2f..%2f..%2fsecret.jpg",
        "....//secret.jpg",
        "..%5csecret.jpg",
        "%252e%252e%252fsecret.jpg",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "//etc/passwd",
        "ab/%00.jpg",
        "secret.jpg%00",
        ".hidden.jpg",
        "ab",
        "ab/",
        "",
        "ab/c/d.jpg",
        "link/secret.jpg",
        "file:%2f%2f%2fetc%2fpasswd",
        "a" * 5000,
    ],
)
def test_no_key_leads_out(site: Site, key: str) -> None:
    outside = site.evidence.root.parent
    (outside / "secret.jpg").write_bytes(SECRET)
    (site.evidence.root / "link").symlink_to(outside)
    answer = signed_in(site.app).get(f"/evidence/{key}")
    assert answer.status_code in (404, 307)
    assert SECRET not in answer.content
    assert b"root:" not in answer.content


@pytest.mark.parametrize(
    "path", ["../pages.py", "..%2fpages.py", "%2e%2e/pages.py", "js/../../pages.py", "/etc/passwd"]
)
def test_static_files_stay_inside_their_folder(site: Site, path: str) -> None:
    base = site.app.state.parts.assets.base
    answer = signed_in(site.app).get(f"{base}/{path}")
    assert answer.status_code == 404
