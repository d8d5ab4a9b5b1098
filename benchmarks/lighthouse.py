"""Run Lighthouse over an entry's page, served compressed on this machine.

It prints the scores, the page's weight, and how far the page moves.

    dlfaq site build && python benchmarks/lighthouse.py [site/questions/initial-loss.html]

Needed: Chromium, and `lighthouse` from npm on the path (or named by LIGHTHOUSE).
"""

import gzip
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
PACKED = (".html", ".css", ".js", ".json", ".svg", ".xml", ".txt")


def serve(site: Path) -> http.server.ThreadingHTTPServer:
    """The site with gzip, as a web server sends it."""

    class Compressed(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            path = site / self.path.split("?")[0].lstrip("/")
            path = path / "index.html" if path.is_dir() else path
            if not path.is_file() or not path.resolve().is_relative_to(site):
                self.send_error(404)
                return
            body = path.read_bytes()
            self.send_response(200)
            if path.suffix in PACKED:
                body = gzip.compress(body, 6)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Type", self.guess_type(str(path)))
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "max-age=31536000")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Compressed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def measure(program: str, address: str) -> dict:
    """Lighthouse's report on a phone."""
    chromium = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
        or ""
    )
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            program,
            address,
            "--quiet",
            "--output=json",
            f"--output-path={report}",
            f"--chrome-flags={FLAGS}",
        ]
        command.append(f"--only-categories={','.join(CATEGORIES)}")
        subprocess.run(
            command, check=True, env={"CHROME_PATH": chromium, **os.environ}, timeout=180
        )
        return json.loads(report.read_text())


def main() -> None:
    """Print a line a measurement; exit with 1 below the bars."""
    page = Path(sys.argv[1] if len(sys.argv) > 1 else "site/questions/initial-loss.html").resolve()
    program = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse")
    if not program or not page.is_file():
        print(
            "lighthouse is not on the path (npm install -g lighthouse)"
            if page.is_file()
            else f"no page {page}"
        )
        raise SystemExit(2)
    site = next(folder for folder in page.parents if (folder / "404.html").is_file())
    server = serve(site)
    found = measure(
        program, f"http://127.0.0.1:{server.server_port}/{page.relative_to(site).as_posix()}"
    )
    server.shutdown()
    scores = {name: round(100 * (found["categories"][name]["score"] or 0)) for name in CATEGORIES}
    for name, score in scores.items():
        print(f"{name:16} {score}")
    print(f"{'bytes':16} {found['audits']['total-byte-weight']['numericValue']:.0f}")
    print(f"{'layout shift':16} {found['audits']['cumulative-layout-shift']['numericValue']:.3f}")
    for name, audit in found["audits"].items():
        if (
            audit.get("score") is not None
            and audit["score"] < 1
            and audit.get("scoreDisplayMode") == "binary"
        ):
            print("below:", name, audit["title"])
    raise SystemExit(
        scores["performance"] < 95 or any(scores[name] < 100 for name in CATEGORIES[1:])
    )


if __name__ == "__main__":
    main()
