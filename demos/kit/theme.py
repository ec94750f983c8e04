"""The site's colours and faces for Gradio: system fonts, light and dark, usable from 350 px."""

from __future__ import annotations

from gradio.themes import Base, Color, sizes

# (light, dark); the same as --ol-… in glossary/frame/assets/css/tokens.css, which a test compares.
RAISED = ("#ffffff", "#172120")
SUNKEN = ("#f0f5f3", "#1b2725")
LINE = ("#d7e0dd", "#2d3c39")
EDGE = ("#75857f", "#768a85")
INK = ("#13211f", "#e8efed")
MUTED = ("#4b5a56", "#a9b8b4")
LINK = ("#005f57", "#74d6c8")
LINK_STRONG = ("#003d38", "#b5efe6")
ACCENT = ("#c0341a", "#ff8d6e")
ON_ACCENT = ("#ffffff", "#1f0c05")
ACCENT_SOFT = ("#fdeee9", "#351c14")
NONE = ("transparent", "transparent")

SANS = (
    "-apple-system",
    "BlinkMacSystemFont",
    "Segoe UI",
    "Roboto",
    "Noto Sans",
    "Liberation Sans",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "sans-serif",
)
MONO = ("ui-monospace", "SF Mono", "Cascadia Mono", "Menlo", "Consolas", "Liberation Mono", "monospace")

TEAL = Color(
    "#f0f5f3", "#dcebe7", "#b5efe6", "#74d6c8", "#3fb3a4", "#00796f",
    "#005f57", "#004f48", "#003d38", "#172120", "#101817",
)  # fmt: skip

COLOURS = {
    "accordion_text_color": INK,
    "background_fill_primary": RAISED,
    "background_fill_secondary": SUNKEN,
    "block_background_fill": NONE,
    "block_border_color": LINE,
    "block_info_text_color": MUTED,
    "block_label_background_fill": NONE,
    "block_label_border_color": NONE,
    "block_label_text_color": INK,
    "block_title_text_color": INK,
    "body_background_fill": RAISED,
    "body_text_color": INK,
    "body_text_color_subdued": MUTED,
    "border_color_accent": LINK,
    "border_color_primary": LINE,
    "button_primary_background_fill": ACCENT,
    "button_primary_background_fill_hover": ACCENT,
    "button_primary_border_color": ACCENT,
    "button_primary_text_color": ON_ACCENT,
    "button_secondary_background_fill": SUNKEN,
    "button_secondary_background_fill_hover": LINE,
    "button_secondary_border_color": EDGE,
    "button_secondary_text_color": INK,
    "checkbox_background_color": RAISED,
    "checkbox_background_color_selected": LINK,
    "checkbox_border_color": EDGE,
    "checkbox_border_color_selected": LINK,
    "checkbox_label_background_fill": SUNKEN,
    "checkbox_label_background_fill_hover": LINE,
    "checkbox_label_background_fill_selected": SUNKEN,
    "checkbox_label_border_color": LINE,
    "checkbox_label_border_color_selected": LINK,
    "checkbox_label_text_color": INK,
    "checkbox_label_text_color_selected": INK,
    "code_background_fill": SUNKEN,
    "color_accent_soft": SUNKEN,
    "input_background_fill": RAISED,
    "input_border_color": EDGE,
    "input_border_color_focus": LINK,
    "input_placeholder_color": MUTED,
    "link_text_color": LINK,
    "link_text_color_hover": LINK_STRONG,
    "loader_color": ACCENT,
    "panel_background_fill": NONE,
    "slider_color": LINK,
    "table_border_color": LINE,
    "table_even_background_fill": RAISED,
    "table_odd_background_fill": RAISED,
    "table_text_color": INK,
}

# Gradio's page is built for a whole window; ours stands in a text column as narrow as 300 px.
CSS = """
:root { color-scheme: light } .dark { color-scheme: dark; --color-accent: var(--link-text-color) }
/* Chinese quotation marks and dots are as wide as the characters, which only a Chinese face draws. */
html:lang(zh), html:lang(zh) .dark {
  --font: "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC",
    sans-serif;
}
.gradio-container > .main { padding-inline: 4px !important }
main.contain { margin-inline: auto !important; max-width: 46rem !important; width: 100% }
:has(> main.contain) { width: 100% }
main.contain > .column { gap: 1.25rem }
footer { display: none !important }
:focus-visible { outline: 3px solid var(--link-text-color) !important; outline-offset: 2px }

.try { font-size: 1.0625rem; line-height: 1.6 }
/* Gradio lets it scroll, and a height of half a pixel too much would make it do so. */
.says { line-height: 1.6; min-height: 3.2em; overflow-y: hidden !important }
.says mark {
  background: color-mix(in srgb, var(--chart-1) 20%, transparent); border-bottom: 2px solid var(--chart-1);
  border-radius: 3px; box-decoration-break: clone; color: inherit; margin-inline: 1px;
}
.prose :is(table, tr, th, td) { border-color: var(--border-color-primary) !important }
.says table { font-size: .9375rem; width: 100% }
.says :is(th, td) { overflow-wrap: normal; word-break: normal }
.says :is(table, tr) { border-width: 0 !important }
/* Without `:is`: Gradio puts selectors of its own before each part of it, and then it outweighs [align]. */
.says th, .says td { border-width: 0 0 1px; padding: .3em .75em .3em 0; text-align: start }
.says :is(th, td):last-child { padding-inline-end: 0 }
@media (max-width: 32rem) {
  .says table { font-size: .8125rem; hyphens: auto }
  .says th, .says td { padding-inline-end: .5em }
}
.says [align="right"] { font-variant-numeric: tabular-nums; text-align: end }

/* Controls: no boxes, room between them, buttons on the line of the fields. */
.form { background: none !important; border: 0 !important; gap: 1.25rem !important }
.form, .form > .block { overflow: visible !important }
.controls { align-items: flex-end; gap: 1rem }
.controls > .form { align-items: flex-end }
/* Several fields beside buttons: what they are called needs the room more than the buttons do. */
@media (min-width: 32rem) { .controls > .form:has(> :nth-child(2)) { flex-basis: 20rem } }
/* A button is as wide as its words, or more; where it has a line to itself, not as wide as the line. */
.controls > button {
  flex: 1 1 max-content !important; font-size: 1.0625rem; max-width: 16rem; min-height: 2.75rem;
  padding-inline: .75rem;
}
/* Many buttons need several lines: those below each other are equally wide. */
.controls:has(> button:nth-child(4)):not(:has(> :not(button))) {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr));
}
@media (max-width: 32rem) {
  .controls > button { max-width: none }
  /* One field shares a line with its button; several share one with each other, above their buttons. */
  .controls > .form { flex-basis: 45% }
  .controls > .form:has(> :nth-child(2)) { flex-basis: 100% }
}
.input-container:has(> .submit-button) { align-items: stretch; gap: .75rem }
.input-container:has(> .submit-button) textarea {
  border: 1px solid var(--input-border-color) !important; border-radius: var(--input-radius);
}
.input-container > .submit-button {
  align-self: stretch; background: var(--button-primary-background-fill) !important;
  border-radius: var(--input-radius); color: var(--button-primary-text-color) !important;
  font-size: 1.0625rem; font-weight: 600; height: auto; margin: 0; min-height: 2.75rem;
  min-width: 5rem; padding-inline: .75rem; position: static;
}
.matrix { gap: .5rem; max-width: 20rem }
.matrix .row { flex-wrap: nowrap; gap: .5rem }
.matrix input { appearance: textfield; font-variant-numeric: tabular-nums; text-align: center }
.matrix input::-webkit-inner-spin-button { appearance: none }  /* takes room even while it is not seen */
.wrap:has(> .wrap-inner) { border-color: var(--input-border-color) !important }
.tab-container button { padding-inline: clamp(.35rem, 2vw, 1rem) !important }

/* Sliders: what is said about one gets the whole line, the number stays in its corner. */
.head:has(> .tab-like-container) { display: block; position: relative }
.head > .tab-like-container { inset-inline-end: 0; position: absolute; top: 0 }
.head > label > :first-child { padding-inline-end: 8rem }

/* A handle wide enough for a finger, and seen without its shadow. */
input[type="range"] { --neutral-200: light-dark(#c3d0cc, #3b4d49); min-height: 1.5rem }
input[type="range"]::-webkit-slider-thumb {
  background: var(--slider-color); border: 3px solid var(--background-fill-primary);
  box-shadow: 0 0 0 1px var(--slider-color); height: 1.5rem; margin-top: -.5rem; width: 1.5rem;
}
input[type="range"]::-moz-range-thumb {
  background: var(--slider-color); border: 3px solid var(--background-fill-primary);
  box-shadow: 0 0 0 1px var(--slider-color); box-sizing: border-box; height: 1.5rem; width: 1.5rem;
}

@media (max-width: 32rem) { .form > .block:has(.wrap-inner) { flex-basis: 100% !important } }
/* A dropdown's words need more room than a number. */
.form > .block:has(.wrap-inner) { flex-grow: 2 !important; min-width: min(13rem, 100%) !important }
/* Many dropdowns in a line: two beside each other, so that their words have room. */
@media (min-width: 32rem) {
  .form:has(> :nth-child(3) .wrap-inner):has(> :nth-child(4) .wrap-inner) > .block {
    flex-basis: 40% !important;
  }
}
@media (max-width: 40rem) { .more .form > .block { flex-basis: calc(50% - 1.25rem) !important } }
.tools { gap: .5rem }
.tools > button { flex: none; font-weight: 400 }
@media (max-width: 32rem) { .tools > button { min-width: 0 !important; padding-inline: .6rem } }

/* A button to choose a file with; the browser's own speaks the browser's language. */
.upload label { cursor: pointer; display: inline-block; position: relative }
.upload label > span {
  background: var(--button-primary-background-fill); border-radius: var(--button-large-radius);
  color: var(--button-primary-text-color); display: inline-block; font-size: 1.0625rem; font-weight: 600;
  padding: .6rem 1rem;
}
.upload label:hover > span { background: var(--button-primary-background-fill-hover) }
.upload label:has(:focus-visible) { outline: 3px solid var(--link-text-color); outline-offset: 2px }
.upload input[type="file"] { inset: 0; opacity: 0; position: absolute; width: 100% }
.upload small { display: block; font-size: .9375rem; margin-block-start: .4rem }
.upload output { color: var(--error-text-color); display: block }
.drawn a[download] { font-weight: 600 }

/* A camera's picture with the points that a reader puts on it: small, since a press takes the nearest. */
.camera-buttons { display: flex; flex-wrap: wrap; gap: .5rem }
.camera-buttons button {
  background: var(--button-secondary-background-fill); border: 1px solid var(--button-secondary-border-color);
  border-radius: var(--button-large-radius); color: var(--button-secondary-text-color);
  cursor: pointer; font-size: 1.0625rem; font-weight: 600; margin: 0 !important; min-height: 2.75rem;
  padding: .25rem 1rem;
}
.camera-buttons :is([data-does="on"], [data-does="start"]) {
  background: var(--button-primary-background-fill); border-color: var(--button-primary-border-color);
  color: var(--button-primary-text-color);
}
.camera [hidden] { display: none !important }
.camera-picture {
  cursor: crosshair; margin-block: .75rem; max-width: 30rem; position: relative; touch-action: none;
}
.camera-picture canvas { border-radius: .4rem; display: block; height: auto; width: 100% }
.camera-picture .handle {
  background: none; border: 2px solid #fff; border-radius: 50%; height: 11px; padding: 0; position: absolute;
  box-shadow: 0 0 0 2px #000, inset 0 0 0 1px #000; transform: translate(-50%, -50%); width: 11px;
}
.camera-picture .handle[data-state="followed"] { background: #3fe0c8 }
.camera-picture .handle[data-state="lost"] { background: #ff5a36; border-radius: 0 }
.camera output { display: block; line-height: 1.6; margin-block-start: .5rem; min-height: 1.6em }
.camera-picture[hidden] + output:empty { display: none }
.camera small { display: block; font-size: .9375rem; margin-block-start: .25rem }

/* What a preset shows, and what was wrong in an address; nothing, most of the time. */
.block.notice { border-inline-start: 3px solid var(--slider-color); padding-inline-start: .75rem }
.block.notice:not(:has(p)) { display: none }

/* Charts: SVG inside the page. */
.chart { display: block; font-size: 14px; height: auto; width: 100% }
.chart.small { max-width: 30rem }
.layouts > :last-child { display: none }
@media (max-width: 32rem) {
  .layouts > :first-child { display: none }
  .layouts > :last-child { display: block }
}
.chart .sign { stroke: var(--background-fill-primary); stroke-width: 1px }
.chart .swatch { stroke: var(--input-border-color); stroke-width: 1px }
.chart .hollow { fill: var(--background-fill-primary); stroke-width: 1.75px }
/* Words are read in front of lines and points, too. */
.chart text {
  fill: var(--body-text-color); paint-order: stroke; stroke: var(--background-fill-primary);
  stroke-linejoin: round; stroke-width: 3px;
}
.chart .halo { fill: none; stroke: var(--background-fill-primary); stroke-width: 5px }
.chart .ring { fill: none; stroke: var(--body-text-color); stroke-width: 2.5px }
.chart :is(polyline, path) { fill: none }
.chart .line { stroke: var(--input-border-color); stroke-opacity: .5 }
.chart .data { stroke-linejoin: round; stroke-width: 2.5px }
:root, .dark {
  --chart-1: light-dark(#00796f, #74d6c8); --chart-2: light-dark(#c0341a, #ff8d6e);
  --chart-3: light-dark(#5b4db2, #b3a8f5); --chart-4: light-dark(#8a6100, #e5b94e);
}

.charts { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)) }
.charts figure { margin: 0 }
.charts figcaption { font-weight: 600; margin-block-end: .25rem }

.see { border-top: 1px solid var(--border-color-primary); line-height: 1.6; padding-top: 1rem }
.numbers table { font-size: .9375rem; width: 100% }

/* Pictures have the size they were made in, or their column's, with the label above instead of over them. */
.picture { background: none !important; border: 0 !important; overflow: visible !important; padding: 0 }
.picture img {
  border-radius: .4rem; height: auto !important; max-width: 100%; object-fit: contain !important;
  width: auto !important;
}
.picture label.float { background: none; display: block; margin: 0 0 .4rem; padding: 0; position: static }
.picture label > span, .picture .icon-button-wrapper:not(:has(button)) { display: none }
.picture :is(.image-container, .image-frame, button) {
  height: auto; justify-content: flex-start; width: 100%;
}
.clickable img, .chart[data-name] { cursor: crosshair }

/* Where a key clicks. */
.mark { pointer-events: none; position: fixed; z-index: 10 }
.mark::before {
  border: 2px solid #fff; border-radius: 50%; box-shadow: 0 0 0 2px #000, inset 0 0 0 2px #000; content: "";
  height: 18px; left: -11px; position: absolute; top: -11px; width: 18px;
}
.mark::after {
  background: var(--body-text-color); border-radius: .25rem; color: var(--background-fill-primary);
  content: attr(data-keys); font-size: .8125rem; left: calc(var(--across) * -12rem); line-height: 1.4;
  padding: .25rem .5rem; position: absolute; top: 1rem; width: 12rem;
}

@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation-duration: .01ms !important; transition-duration: .01ms !important }
}
"""


def make_theme() -> Base:
    """The theme; Gradio keeps one per app, so each gets its own."""
    theme = Base(
        primary_hue=TEAL,
        secondary_hue=TEAL,
        neutral_hue=TEAL,
        radius_size=sizes.radius_md,
        spacing_size=sizes.spacing_md,
        text_size=sizes.text_lg,
        font=SANS,
        font_mono=MONO,
    )
    light = {name: pair[0] for name, pair in COLOURS.items()}
    dark = {f"{name}_dark": pair[1] for name, pair in COLOURS.items()}
    return theme.set(
        **light,
        **dark,
        color_accent=LINK[0],
        block_border_width="0px",
        block_border_width_dark="0px",
        block_label_border_width="0px",
        block_label_border_width_dark="0px",
        block_label_text_weight="600",
        block_padding="0px",
        block_shadow="none",
        block_title_text_weight="600",
        button_border_width="1px",
        button_border_width_dark="1px",
        input_border_width="1px",
        input_border_width_dark="1px",
    )
