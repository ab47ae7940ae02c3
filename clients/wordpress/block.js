// The block "Live story": creates a story on the server or takes one that is there, and shows it as the server draws it.
(function (wp, settings) {
  const { createElement: el, Fragment, useEffect, useRef, useState } = wp.element;
  const { BlockControls, InspectorControls, useBlockProps } = wp.blockEditor;
  const { Button, Disabled, Notice, PanelBody, Placeholder, RangeControl, SelectControl, Spinner, TextControl, ToolbarButton, ToolbarGroup } = wp.components;
  const { useSelect } = wp.data;
  const { __ } = wp.i18n;
  const ServerSideRender = wp.serverSideRender;
  const NAME = "liveblog-story/story";
  const ROW = { display: "flex", flexWrap: "wrap", alignItems: "flex-end", gap: "8px", width: "100%", marginBottom: "8px" };

  /** Return the id or slug that was written or pasted: the address of a story's page names it too. */
  function named(text) {
    const found = /\/stories\/([^/?#]+)/.exec(text);
    try {
      return found ? decodeURIComponent(found[1]) : text.trim();
    } catch {
      return text.trim();
    }
  }

  /** Return a title of WordPress, which is HTML, as the text that it is. */
  function plain(title) {
    return new DOMParser().parseFromString(title, "text/html").body.textContent;
  }

  /** Ask the server's public API, as any reader may. Throws with a sentence. */
  async function ask(path) {
    let answer;
    try {
      answer = await fetch(settings.server + path, { credentials: "omit", signal: AbortSignal.timeout?.(10_000) });
    } catch {
      throw new Error(__("The server does not answer.", "liveblog-story"));
    }
    if (!answer.ok) throw new Error(__("There is no public story of that name.", "liveblog-story"));
    return answer.json();
  }

  function Choosing({ onChosen }) {
    const post = useSelect((select) => {
      const editor = select("core/editor");
      return { id: editor?.getCurrentPostId(), title: plain(editor?.getEditedPostAttribute("title") ?? "") };
    }, []);
    const [title, setTitle] = useState(null);
    const [stories, setStories] = useState(null);
    const [written, setWritten] = useState("");
    const [trouble, setTrouble] = useState("");
    const [isBusy, setBusy] = useState(false);
    const key = useRef(null); // the same for each try of one story, so that a lost answer makes no second one

    useEffect(() => {
      ask("/v1/stories").then(({ items }) => setStories(items), (error) => setTrouble(error.message));
    }, []);

    async function trying(act) {
      setBusy(true);
      setTrouble("");
      try {
        onChosen(await act());
      } catch (error) {
        setTrouble(error.message);
        setBusy(false);
      }
    }
    const create = () => trying(async () => {
      const asked = (title ?? post.title).trim();
      if (key.current?.title !== asked) key.current = { title: asked, key: crypto.randomUUID?.() ?? randomId() };
      const data = { post: post.id, title: asked, key: key.current.key };
      return (await wp.apiFetch({ path: "/liveblog-story/v1/stories", method: "POST", data })).story;
    });
    const link = (name) => trying(async () => (await ask(`/v1/stories/${encodeURIComponent(named(name))}`)).id);

    return el(Placeholder, { icon: "rss", label: __("Live story", "liveblog-story") },
      trouble && el(Notice, { status: "error", isDismissible: false }, trouble),
      settings.mayCreate && post.id && el("form", { style: ROW, onSubmit: (event) => { event.preventDefault(); create(); } },
        el(TextControl, { __nextHasNoMarginBottom: true, label: __("Title of a new story", "liveblog-story"), value: title ?? post.title, onChange: setTitle }),
        el(Button, { variant: "primary", type: "submit", disabled: isBusy || !(title ?? post.title).trim() }, __("Create the story", "liveblog-story"))),
      stories?.length > 0 && el("div", { style: ROW }, el(SelectControl, {
        label: __("A story that is there", "liveblog-story"),
        value: "",
        disabled: isBusy,
        options: [{ value: "", label: __("Choose…", "liveblog-story") }, ...stories.map(({ id, title: label }) => ({ value: id, label }))],
        onChange: (id) => id && link(id),
      })),
      el("form", { style: ROW, onSubmit: (event) => { event.preventDefault(); link(written); } },
        el(TextControl, { __nextHasNoMarginBottom: true, label: __("Its address or name", "liveblog-story"), value: written, onChange: setWritten }),
        el(Button, { variant: "secondary", type: "submit", disabled: isBusy || !written.trim() }, __("Use this story", "liveblog-story"))),
      isBusy && el(Spinner));
  }

  function randomId() {
    const digits = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  function Edit({ attributes, setAttributes }) {
    const props = useBlockProps();
    const set = (name) => (value) => setAttributes({ [name]: value ?? 0 });
    if (!settings.server) {
      return el("div", props, el(Placeholder, { icon: "rss", label: __("Live story", "liveblog-story") },
        __("The settings of Liveblog have no server yet.", "liveblog-story")));
    }
    if (!attributes.story) return el("div", props, el(Choosing, { onChosen: (story) => setAttributes({ story }) }));
    return el(Fragment, null,
      el(BlockControls, null, el(ToolbarGroup, null,
        el(ToolbarButton, { icon: "edit", label: __("Write in the newsroom", "liveblog-story"), href: `${settings.server}/newsroom`, target: "_blank" }),
        el(ToolbarButton, { icon: "update", label: __("Choose another story", "liveblog-story"), onClick: () => setAttributes({ story: "" }) }))),
      el(InspectorControls, null, el(PanelBody, { title: __("Display", "liveblog-story") },
        el(SelectControl, {
          label: __("Form", "liveblog-story"),
          value: attributes.mode,
          options: [{ value: "full", label: __("The whole story", "liveblog-story") }, { value: "ticker", label: __("A ticker of its newest entries", "liveblog-story") }],
          onChange: set("mode"),
        }),
        el(RangeControl, { label: __("Entries at first (0: as the server has it)", "liveblog-story"), min: 0, max: 20, value: attributes.limit, onChange: set("limit") }),
        attributes.mode !== "ticker" && el(SelectControl, {
          label: __("Order", "liveblog-story"),
          value: attributes.order,
          options: [{ value: "newest", label: __("The newest first", "liveblog-story") }, { value: "oldest", label: __("The oldest first", "liveblog-story") }],
          onChange: set("order"),
        }),
        attributes.mode !== "ticker" && el(RangeControl, { label: __("A place for advertisements after every … entries (0: none)", "liveblog-story"), min: 0, max: 20, value: attributes.adEvery, onChange: set("adEvery") }))),
      el("div", props, el(Disabled, null, el(ServerSideRender, { block: NAME, attributes }))));
  }

  wp.blocks.registerBlockType(NAME, { edit: Edit, save: () => null });
})(window.wp, window.liveblogStory ?? { server: "", mayCreate: false });
