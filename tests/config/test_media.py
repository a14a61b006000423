"""Uploaded files in a bucket: shown from our own host, and read over a bucket's own protocol."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.files.storage import default_storage

SEA = b"\x89PNG sea"


class Bucket(BaseHTTPRequestHandler):
    """As much of S3 as reading a file needs."""

    def do_GET(self):
        found = self.path.startswith("/bucket/images/sea.png")
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(SEA) if found else 0))
        self.send_header("Last-Modified", "Mon, 23 Nov 2026 09:00:00 GMT")
        self.send_header("ETag", '"1"')
        self.end_headers()
        if found and self.command == "GET":
            self.wfile.write(SEA)

    def do_HEAD(self):
        self.do_GET()

    def log_message(self, *args):
        pass


@pytest.fixture
def bucket(settings, monkeypatch):
    """Uploaded files are in a bucket, as with S3_BUCKET and S3_ENDPOINT_URL."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    options = {"bucket_name": "bucket", "region_name": "eu-west-2", "endpoint_url": f"http://127.0.0.1:{server.server_port}"}
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "config.media.Bucket", "OPTIONS": options}}
    yield
    server.shutdown()
    server.server_close()


def test_a_picture_in_a_bucket_is_shown_from_our_own_host(client, db, bucket):
    answer = client.get("/media/images/sea.png")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert b"".join(answer.streaming_content) == SEA
    assert answer["Last-Modified"] == "Mon, 23 Nov 2026 09:00:00 GMT"


def test_a_picture_that_the_bucket_does_not_have_is_not_found(client, db, bucket):
    assert client.get("/media/images/none.png").status_code == 404
    assert client.get("/media/images/..").status_code == 400


def test_the_address_of_a_file_in_a_bucket_is_one_of_ours(bucket):
    assert default_storage.url("images/a sea.png") == "/media/images/a%20sea.png"
