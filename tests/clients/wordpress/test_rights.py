"""Who may do what with the plugin: its settings, its token, and the stories that are made with that."""

from __future__ import annotations

import re
import uuid
from typing import Any

import httpx
import pytest

from tests.clients.stories import fresh
from tests.clients.wordpress.wordpress import WordPress
from tests.e2e.server import Server

pytestmark = pytest.mark.slow

PAGE = "/wp-admin/options-general.php?page=liveblog-story"
ROLES = ("subscriber", "contributor", "author", "editor")
OPTION = "liveblog_story_settings"
OTHER = "another-token-of-forty-characters-000000"


@pytest.fixture(scope="module")
def users(site: WordPress) -> dict[str, int]:
    """A user of each role but the administrator's, named as the role is."""
    return {role: site.make_user(role, role) for role in ROLES}


def rest_nonce(client: httpx.Client) -> dict[str, str]:
    """The header by which the editor's scripts say that it is them."""
    return {"X-WP-Nonce": client.get("/wp-admin/admin-ajax.php?action=rest-nonce").text}


def save(client: httpx.Client, page: str, **fields: str) -> httpx.Response:
    """Send the settings form as it stands in a page, with some fields filled in."""
    nonce = re.search(r'id="_wpnonce" name="_wpnonce" value="(\w+)"', page)
    form = {f"{OPTION}[{name}]": value for name, value in fields.items()}
    form |= {"option_page": OPTION, "action": "update", "_wpnonce": nonce[1] if nonce else "", "_wp_http_referer": PAGE}
    return client.post("/wp-admin/options.php", data=form, follow_redirects=True)


def kept(site: WordPress) -> dict[str, Any]:
    """The settings as WordPress keeps them."""
    settings: dict[str, Any] = site.run("return get_option($given['name']);", name=OPTION)
    return settings


def make(client: httpx.Client, headers: dict[str, str], post: int, **more: Any) -> httpx.Response:
    """Ask the plugin for a new story."""
    body = {"post": post, "title": "From the block", "key": str(uuid.uuid4())} | more
    return client.post("/wp-json/liveblog-story/v1/stories", json=body, headers=headers)


def test_nobody_is_shown_the_token_and_only_administrators_see_the_settings(
    site: WordPress, users: dict[str, int]
) -> None:
    looked = (
        PAGE,
        "/wp-admin/options.php",
        "/wp-json/",
        "/wp-json/wp/v2/settings",
        "/wp-json/liveblog-story/v1",
        "/wp-admin/profile.php",
        "/wp-admin/post-new.php",
        "/wp-json/liveblog-story/v1/stories",
        f"/?p={site.post}",
        "/wp-admin/export.php?download=true",
    )
    for role in (*ROLES, "admin"):
        with site.signed_in(role) as client:
            headers = rest_nonce(client)
            for address in looked:
                answer = client.get(address, headers=headers, follow_redirects=True)
                assert site.token not in answer.text, (role, address)
                if address in {PAGE, "/wp-admin/options.php", "/wp-json/wp/v2/settings"}:
                    assert answer.status_code == (200 if role == "admin" else 403), (role, address)
            shown = client.get(PAGE).text
            assert ("liveblog-story-token" in shown) == (role == "admin")
            if role != "admin":
                assert save(client, shown, server="https://evil.example").status_code == 403
    assert kept(site)["token"] == site.token
    assert site.token not in site.get(site.article).text


def test_a_form_that_wordpress_did_not_give_changes_nothing(site: WordPress) -> None:
    before = kept(site)
    with site.signed_in() as admin:
        assert save(admin, "", server="https://evil.example", token=OTHER).status_code == 403
        assert kept(site) == before


def test_the_settings_take_what_is_safe_and_the_token_goes_with_its_server(server: Server, site: WordPress) -> None:
    with site.signed_in() as admin:
        page = admin.get(PAGE).text
        assert f'value="{server.url}"' in page
        assert "the token may create stories" in page
        saved = save(admin, page, server=server.url, token="")
        assert kept(site) == {"server": server.url, "token": site.token}  # an empty field keeps it
        for refused in (
            "http://live.example",
            "ftp://live.example",
            "javascript:alert(1)",
            "https://user:secret@live.example",
            "live.example",
            "https://live.example/?x=1",
            "https://live.example/#x",
            'https://live.example/"><script>alert(1)</script>',
            "http://127.0.0.1.evil.example",
        ):
            answer = save(admin, page, server=refused)
            assert kept(site)["server"] == server.url, refused
            assert "It was not changed" in answer.text, refused
            assert "alert(1)</script>" not in answer.text
        save(admin, page, server=server.url, token="two words")
        assert kept(site)["token"] == site.token

        answer = save(admin, page, server="https://other.example")
        assert kept(site) == {"server": "https://other.example", "token": ""}  # it is not sent to another server
        assert "please give its token" in answer.text
        save(admin, page, server=server.url, token=OTHER)
        assert kept(site) == {"server": server.url, "token": OTHER}
        assert "The server refused" in admin.get(PAGE).text  # it knows no such token
        assert OTHER not in admin.get(PAGE).text
        with server.signed_in() as operator:
            bot = {"label": "A reporter's", "role": "reporter"}
            reporter = operator.post("/v1/newsroom/tokens", json=bot).raise_for_status().json()["token"]
        save(admin, page, server=server.url, token=reporter)
        assert "the token may not create stories" in admin.get(PAGE).text
        save(admin, page, server=server.url, forget="1")
        assert kept(site)["token"] == ""
        assert "stories can be linked, and not created here" in admin.get(PAGE).text
        saved = save(admin, page, server=f"  {server.url}/ ", token=f" {site.token} ")
        assert kept(site) == {"server": server.url, "token": site.token}
        assert saved.status_code == 200


def test_who_may_publish_may_make_a_story_for_an_article_of_theirs_and_nobody_else(
    server: Server, site: WordPress, users: dict[str, int]
) -> None:
    with server.reader() as reader:
        before = len(reader.get("/v1/stories").json()["items"])
    made = 0
    for role in (*ROLES, "admin"):
        own = site.run(
            "return wp_insert_post(['post_title' => 'Mine', 'post_author' => $given['id']]);", id=users.get(role, 1)
        )
        with site.signed_in(role) as client:
            headers = rest_nonce(client)
            expected = 200 if role in {"author", "editor", "admin"} else 403
            assert make(client, headers, own).status_code == expected, role
            others = make(client, headers, site.post).status_code
            assert others == (200 if role in {"editor", "admin"} else 403), role
            assert make(client, {}, own).status_code == 401, role  # without the header a cookie says nothing
            assert make(client, headers, own, title="").status_code in {400, 403}, role
            assert make(client, headers, own, key="../../x").status_code in {400, 403}, role
            made += (expected == 200) + (others == 200)
    assert make(httpx.Client(base_url=site.url, trust_env=False, timeout=40), {}, site.post).status_code == 401
    with server.reader() as reader:
        assert len(reader.get("/v1/stories").json()["items"]) == before + made


def test_a_repeated_try_makes_one_story_whose_address_is_the_articles_once_that_is_published(
    server: Server, site: WordPress
) -> None:
    draft = site.run("return wp_insert_post(['post_title' => 'A draft']);")
    key = str(uuid.uuid4())
    with site.signed_in() as admin:
        headers = rest_nonce(admin)
        first = make(admin, headers, draft, key=key, title="Tom & Jerry <3").json()
        assert make(admin, headers, draft, key=key, title="Tom & Jerry <3").json() == first
        state = fresh(server, first["story"])
        assert state["canonical_url"] is None
        assert state["title"] == "Tom & Jerry <3"
        address = site.run(
            "wp_update_post(['ID' => $given['id'], 'post_status' => 'publish']); return get_permalink($given['id']);",
            id=draft,
        )
        assert fresh(server, first["story"])["canonical_url"] == address
        moved = site.run(
            "wp_update_post(['ID' => $given['id'], 'post_name' => 'moved']); return get_permalink($given['id']);",
            id=draft,
        )
        assert moved != address
        assert fresh(server, first["story"])["canonical_url"] == moved
        # A story that an article only shows keeps its address, whatever the article says.
        site.publish(f'<!-- wp:liveblog-story/story {{"story":"{site.story}","home":true}} /-->', title="Another's")
        assert fresh(server, site.story)["canonical_url"] == site.article

        server.kill()
        refused = make(admin, headers, draft)
        assert refused.status_code == 502
        assert "does not answer" in refused.json()["message"]
        assert site.token not in refused.text
        server.start()

        for gone in ("wp_trash_post($given['id']);", "wp_delete_post($given['id'], true);"):
            site.run(f"wp_untrash_post($given['id']); wp_publish_post($given['id']); {gone}", id=draft)
            assert fresh(server, first["story"])["canonical_url"] is None  # no link leads to what is gone


def test_taken_out_the_plugin_leaves_nothing_behind(site: WordPress) -> None:
    """The last test of this file: the site has no plugin after it."""
    left = (
        "global $wpdb;"
        "return [$wpdb->get_col(\"SELECT meta_key FROM $wpdb->postmeta WHERE meta_key LIKE '_liveblog%'\"), "
        "array_filter(_get_cron_array(), fn($each) => isset($each['liveblog_story_every_minute']))];"
    )
    site.run("LiveblogStory\\schedule(); update_option('liveblog_settings', 'of another plugin');")
    assert all(site.run(left))
    assert site.options("liveblog_story_")
    site.run(
        "require_once ABSPATH . 'wp-admin/includes/plugin.php'; $name = 'liveblog-story/liveblog-story.php';"
        "deactivate_plugins($name); uninstall_plugin($name);"
    )
    assert site.run(left) == [[], []]
    assert site.options("liveblog_story_") == {}
    assert site.run("return get_option('liveblog_settings');") == "of another plugin"
    assert site.get(site.article).status_code == 200
