"""`hatch run beside:check`: ours and the real httpx (with the `httpcore` it needs) in one environment."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx

import httpcore
import httpcore_client


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *args):
        pass


server = HTTPServer(("127.0.0.1", 0), Hello)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"

assert httpcore.__file__.endswith("__init__.py"), httpcore  # theirs: a package, not our module
with httpx.Client() as theirs, httpcore_client.SyncClient() as ours:
    assert theirs.get(url).text == ours.get(url).text == "hello"
server.shutdown()
server.server_close()
print("httpx and httpcore-client work side by side")
