"""A real WordPress with the plugin: Debian's package copied, PHP's own server, and a private MariaDB behind it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.clients.wordpress.mariadb import DATABASE, find_program, run_mariadb
from tests.loopback import NO_CERTIFICATES
from tests.needs import require
from tests.ports import reserved_port
from tests.waiting import await_true

HERE = Path(__file__).parent
PLUGIN = HERE.parents[2] / "clients" / "wordpress"
PACKAGE = Path("/usr/share/wordpress")
WORKERS = 6
START_SECONDS = 60
PHP_SECONDS = 90

_CONFIG = """<?php
define('DB_NAME', '{database}'); define('DB_USER', 'root'); define('DB_PASSWORD', ''); define('DB_CHARSET', 'utf8mb4');
define('DB_HOST', 'localhost:{socket}'); define('DB_COLLATE', '');
{salts}
$table_prefix = 'wp_';
define('WP_HOME', '{url}'); define('WP_SITEURL', '{url}');
define('WP_DEBUG', true); define('WP_DEBUG_DISPLAY', false); define('WP_DEBUG_LOG', '{log}');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('WP_ACCESSIBLE_HOSTS', '127.0.0.1');
define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true); define('WP_POST_REVISIONS', 3);
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
_PATIENT = "<?php add_filter('liveblog_story_read_seconds', fn() => (float) get_option('read_seconds', 20));"
"""A machine that tests share is slow at times, and a second is no time to judge it by."""
_ROUTER = """<?php
$path = __DIR__ . rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
if (is_file($path) || is_file(rtrim($path, '/') . '/index.php') && rtrim($path, '/') !== __DIR__) return false;
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
require __DIR__ . '/index.php';
"""
_SALTS = (
    "AUTH_KEY",
    "SECURE_AUTH_KEY",
    "LOGGED_IN_KEY",
    "NONCE_KEY",
    "AUTH_SALT",
    "SECURE_AUTH_SALT",
    "LOGGED_IN_SALT",
    "NONCE_SALT",
)


def require_wordpress() -> None:
    """Skip the test where WordPress, PHP with what it needs, or MariaDB is missing."""
    require("WordPress", found=(PACKAGE / "wp-load.php").is_file(), reason="install the wordpress package")
    php = shutil.which("php")
    modules = subprocess.run([php, "-m"], capture_output=True, text=True, check=False).stdout.split() if php else []
    has_all = {"mysqli", "mbstring", "xml", "curl", "pcntl"} <= set(modules)
    require("PHP", found=has_all, reason="install php-cli, php-mysql, php-mbstring, php-xml and php-curl")
    found = all(find_program(name) for name in ("mariadbd", "mariadb-install-db", "mariadb"))
    require("MariaDB", found=found, reason="install the mariadb-server package")


@dataclass(slots=True)
class WordPress:
    """A site on a port of its own, whose PHP a test may kill and start again. `article` is what was made at first."""

    folder: Path
    port: int
    password: str
    token: str
    article: str = ""
    post: int = 0
    story: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What PHP and the plugin have logged."""
        path = self.folder.parent / "php.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> None:
        """Start PHP's server with a few workers, and wait until the site answers."""
        environment = {**os.environ, "PHP_CLI_SERVER_WORKERS": str(WORKERS)}
        command = [
            "php",
            "-d",
            "opcache.enable=1",
            "-d",
            "opcache.enable_cli=1",
            "-d",
            f"error_log={self.folder.parent / 'php.log'}",
            "-S",
            f"127.0.0.1:{self.port}",
            "-t",
            str(self.folder),
            str(self.folder / "router.php"),
        ]
        with (self.folder.parent / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        await_true(
            self._answers, seconds=START_SECONDS, or_say=lambda: f"WordPress does not answer: {self.log[-2000:]}"
        )

    def kill(self) -> None:
        """Kill PHP's server with its workers, which are a group of their own."""
        process, self.process = self.process, None
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def run(self, code: str, **given: Any) -> Any:
        """Run PHP inside of WordPress, with `$given`; return what it returns."""
        program = (
            "$given = json_decode(stream_get_contents(STDIN), true);"
            f"require {json.dumps(str(self.folder / 'wp-load.php'))}; wp_set_current_user(1);"
            f'echo "\\n", json_encode((function () use ($given) {{ {code} }})());'
        )
        return json.loads(self._php(["-r", program], given).splitlines()[-1])

    def run_file(self, path: Path, given: dict[str, Any]) -> Any:
        """Run a PHP file that reads JSON and prints JSON."""
        return json.loads(self._php([str(path)], given | {"folder": str(self.folder)}).splitlines()[-1])

    def options(self, beginning: str) -> dict[str, str]:
        """Return the options whose names begin so, as the database has them."""
        rows = self.run(
            "global $wpdb; $like = $wpdb->esc_like($given['beginning']) . '%';"
            "return $wpdb->get_results($wpdb->prepare("
            '"SELECT option_name, option_value FROM $wpdb->options WHERE option_name LIKE %s", $like), ARRAY_N);',
            beginning=beginning,
        )
        return dict(rows)

    def forget_pauses(self) -> None:
        """Let the next visitor ask the server, however short ago somebody did, and whatever has failed."""
        self.run(
            "global $wpdb;"
            "return $wpdb->query(\"DELETE FROM $wpdb->options WHERE option_name LIKE 'liveblog_story_gate_%'\");"
        )

    def publish(self, content: str, title: str = "An article", **fields: Any) -> tuple[int, str]:
        """Publish an article; its id and its address."""
        made = self.run(
            "$id = wp_insert_post(wp_slash($given) + ['post_status' => 'publish']); return [$id, get_permalink($id)];",
            post_title=title,
            post_content=content,
            **fields,
        )
        return made[0], made[1]

    def get(self, address: str, **options: Any) -> httpx.Response:
        """Get a page as a visitor does."""
        return httpx.get(address, trust_env=False, verify=NO_CERTIFICATES, timeout=40, **options)

    def make_user(self, name: str, role: str) -> int:
        """Make a user, whose password is the site's."""
        user: int = self.run(
            "return wp_insert_user($given);",
            user_login=name,
            user_pass=self.password,
            user_email=f"{name}@example.org",
            role=role,
        )
        return user

    @contextmanager
    def signed_in(self, name: str = "admin") -> Iterator[httpx.Client]:
        """A client with that user's cookies, as a browser has them."""
        with httpx.Client(
            base_url=self.url,
            trust_env=False,
            verify=NO_CERTIFICATES,
            timeout=60,
            cookies={"wordpress_test_cookie": "WP%20Cookie%20check"},
        ) as client:
            answer = client.post("/wp-login.php", data={"log": name, "pwd": self.password, "testcookie": "1"})
            assert answer.status_code == 302, answer.text[:500]
            yield client

    def _php(self, arguments: list[str], given: dict[str, Any]) -> str:
        done = subprocess.run(
            ["php", "-d", f"error_log={self.folder.parent / 'php.log'}", *arguments],
            input=json.dumps(given),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PHP_SECONDS,
            check=False,
        )
        assert done.returncode == 0, (done.stdout + done.stderr + self.log)[-3000:]
        return done.stdout

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        try:
            return self.get(f"{self.url}/wp-includes/version.php").status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def wordpress_site(folder: Path, *, server: str, token: str) -> Iterator[WordPress]:
    """Install WordPress and the plugin, and make a live article, by one script; serve it until the end of the block."""
    with run_mariadb() as socket, reserved_port() as port:
        site = WordPress(folder / "site", port, secrets.token_hex(8), token)
        _copy(site, socket)
        try:
            made = site.run_file(
                HERE / "install.php", {"password": site.password, "server": server, "token": token, "url": site.url}
            )
            site.article, site.post, site.story = made["article"], made["post"], made["story"]
            site.start()
            yield site
        finally:
            site.kill()


def _copy(site: WordPress, socket: Path) -> None:
    """Copy the package, without its own configuration, with the plugin and our two themes."""
    own = {str(PACKAGE): {"wp-config.php", ".htaccess", "wp-content"}}
    shutil.copytree(PACKAGE, site.folder, ignore=lambda folder, _: own.get(folder, set()))
    shutil.copytree(PLUGIN, site.folder / "wp-content" / "plugins" / "liveblog-story")
    shutil.copytree(HERE / "themes", site.folder / "wp-content" / "themes")
    (site.folder / "wp-content" / "mu-plugins").mkdir()
    (site.folder / "wp-content" / "mu-plugins" / "patient.php").write_text(_PATIENT)
    salts = " ".join(f"define('{name}', '{secrets.token_hex(24)}');" for name in _SALTS)
    (site.folder / "wp-config.php").write_text(
        _CONFIG.format(database=DATABASE, socket=socket, url=site.url, salts=salts, log=site.folder.parent / "php.log")
    )
    (site.folder / "router.php").write_text(_ROUTER)
