"""What the project's files say, as the pages need it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError

from .. import downloads, embeds, figures, pages, quizzes
from ..addresses import Addresses
from ..load import load
from ..model import Problem, Termbase, TermbaseError
from ..pages import Site
from ..prose import Writer
from ..site_text import load_words
from ..yamlfile import did_you_mean
from .host import StaticI18n, has_theme_words
from .options import OrdlabConfig, project_folder


def read_site(
    config: MkDocsConfig,
    options: OrdlabConfig,
    i18n: StaticI18n | None,
    download_job: downloads.DownloadJob | None,
) -> tuple[Site, downloads.DownloadJob | None]:
    """The data, and the job that makes its downloads: the one given, or else a new one.

    While a site is served, the downloads of its first build stay: making them would slow every edit.

    Raises TermbaseError with every fault in the data, PluginError where mkdocs.yml does not fit them.
    """
    root, docs = project_folder(config), Path(config.docs_dir)
    termbase = load(root / options.termbase)
    languages = tuple(termbase.languages)
    demos, problems = embeds.read(termbase, root / options.demos)
    asked, faults = quizzes.read(docs / options.quizzes, languages)
    drawn, faults_drawn = figures.read(docs / options.figures, languages)
    addresses = _addresses(config, termbase, i18n)
    writer = Writer(termbase, addresses, docs)
    prose = {
        (concept.id, lang): writer.write(concept, lang)
        for concept in termbase.concepts.values()
        for lang in addresses.languages
    }
    known = {path.stem for path in (docs / options.figures).glob("*.yml")}
    problems += [*faults, *faults_drawn, *embeds.check_figures(termbase, known), *pages.check(termbase)]
    problems += [*_check_options(options, termbase), *writer.problems]
    if problems:
        raise TermbaseError(problems)
    if not options.downloads:
        download_job = None
    elif download_job is None:
        download_job = start_downloads(config, termbase)
    site = Site(
        termbase=termbase,
        words=load_words(termbase),
        addresses=addresses,
        demos=demos,
        quizzes=asked,
        figures=drawn,
        prose=prose,
        linkers=writer.linkers,
        name=config.site_name,
        url=config.site_url or "",
        repository=f"{config.repo_url.rstrip('/')}/blob/HEAD/" if config.repo_url else "",
        downloads=download_job.offers if download_job else (),
        start=_start_command(root),
        root=root,
    )
    return site, download_job


def start_downloads(config: MkDocsConfig, termbase: Termbase) -> downloads.DownloadJob:
    url = urljoin(config.site_url, "glossary/") if config.site_url else ""
    try:
        return downloads.start(
            termbase, project_folder(config) / ".cache" / "ordlab", url=url, title=config.site_name
        )
    except OSError as error:
        message = f"the downloads could not be made: {error}. Without them: `downloads: false`."
        raise PluginError(message) from error


def watched_paths(config: MkDocsConfig, options: OrdlabConfig) -> list[Path]:
    """Everything but concepts: when it changes, every page is built anew."""
    folder = project_folder(config)
    termbase = [folder / options.termbase / f"{name}.yml" for name in ("languages", "subjects", "sources")]
    files = [config.config_file_path, config.docs_dir, config.theme.custom_dir, *config.watch]
    return [*termbase, folder / options.demos, *(Path(path) for path in files if path)]


def _check_options(options: OrdlabConfig, termbase: Termbase) -> Iterator[Problem]:
    for id in options.terminology:
        if id not in termbase.concepts:
            message, fix = f"there is no concept “{id}”", did_you_mean(id, termbase.concepts)
            yield Problem("mkdocs.yml", 0, "S007", message, fix, key="ordlab.terminology")


def _addresses(config: MkDocsConfig, termbase: Termbase, i18n: StaticI18n | None) -> Addresses:
    if i18n is None:
        lang = str(config.theme.get("language") or config.theme.get("locale") or "")
        lang = lang if lang in termbase.languages else termbase.default_language
        return Addresses((lang,), lang, config.use_directory_urls)
    if unknown := [lang for lang in i18n.languages if lang not in termbase.languages]:
        raise PluginError(
            f"mkdocs.yml builds {', '.join(unknown)}, but {termbase.folder / 'languages.yml'} has only "
            f"{', '.join(termbase.languages)}: add the language there or remove it here"
        )
    without_words = [
        lang
        for lang in i18n.languages
        if not has_theme_words(config, i18n.theme_options(lang).get("language", lang))
    ]
    if without_words:
        raise PluginError(
            f"Material has no words in {', '.join(without_words)}: write `theme: {{language: en}}` beside "
            "`locale:` in mkdocs.yml; the glossary's own words, which go first, are in languages.yml"
        )
    return Addresses(i18n.languages, i18n.default, config.use_directory_urls)


def _start_command(root: Path) -> str:
    """What a reader types to start the demos: the project's own `make serve`, if it has one."""
    makefile = root / "Makefile"
    has_target = makefile.is_file() and re.search(r"^serve\s*:", makefile.read_text("utf-8"), re.MULTILINE)
    return "make serve" if has_target else "python -m demos serve"
