"""What the project's files say, as the pages need it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import get_plugin_logger

from .. import cards, downloads, embeds, figures, pages, quizzes, reading_paths, site_text
from ..addresses import Addresses
from ..check import unwritten
from ..lint import gaps
from ..load import load
from ..model import Problem, Termbase, TermbaseError
from ..pages import Site
from ..prose import Writer
from ..site_text import load_words
from ..yamlfile import did_you_mean
from .host import StaticI18n, has_theme_words, theme_language
from .options import OrdlabConfig, project_folder

log = get_plugin_logger(__name__)

_FOLDER = re.compile(r"\w[\w-]*(?:/\w[\w-]*)*")
_NAMED = 5  # concepts that the build names; `coverage` names all


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
    termbase = cards.with_cards(load(root / options.termbase), root / options.demos)
    numbers = cards.Numbers.of(termbase)
    _look_for_gaps(termbase, gaps.CODES if options.strict else gaps.SHOWN if config.strict else ())
    demos, problems = embeds.read(termbase, root / options.demos)
    lenders = tuple(dict.fromkeys((termbase.reference_language, *termbase.languages)))
    asked, faults = quizzes.read(docs / options.quizzes, lenders, numbers)
    drawn, faults_drawn = figures.read(docs / options.figures, lenders, numbers)
    paths, faults_of_paths = reading_paths.read(docs / options.paths, lenders, numbers)
    addresses = _addresses(config, termbase, i18n, options.folder)
    writer = Writer(termbase, addresses, docs)
    prose = {
        (concept.id, lang): writer.write(concept, lang)
        for concept in termbase.concepts.values()
        for lang in addresses.languages
    }
    known = {path.stem for path in (docs / options.figures).glob("*.yml")}
    problems += [
        *faults,
        *faults_drawn,
        *faults_of_paths,
        *embeds.check_figures(termbase, known),
        *reading_paths.check(paths.values(), termbase, demos, asked, docs, addresses.languages),
        *pages.check(termbase),
        *cards.check(termbase),
    ]
    problems += [*_check_options(options, termbase), *writer.problems]
    errors = problems if options.strict or config.strict else [p for p in problems if p.severity == "error"]
    if errors:
        raise TermbaseError([replace(problem, severity="error") for problem in errors])
    if problems:
        log.warning(
            "Texts of quizzes, figures, learning paths and demos that are missing in a language: "
            f"{len(problems)}. Pages show another language's. All of them: python -m glossary check"
        )
    if not options.downloads:
        download_job = None
    elif download_job is None:
        download_job = start_downloads(config, options, termbase)
    site = Site(
        termbase=termbase,
        words=load_words(termbase),
        addresses=addresses,
        demos=demos,
        quizzes=asked,
        figures=drawn,
        paths=paths,
        prose=prose,
        linkers=writer.linkers,
        name=config.site_name,
        url=config.site_url or "",
        repository=f"{config.repo_url.rstrip('/')}/blob/HEAD/" if config.repo_url else "",
        editing=_editing(config, root),
        downloads=download_job.offers if download_job else (),
        start=_start_command(root),
        root=root,
        docs=docs,
    )
    return site, download_job


def _look_for_gaps(termbase: Termbase, forbidden: Collection[str]) -> None:
    """Say how much is not written yet; raises TermbaseError with all of it that is forbidden."""
    if forbidden and (problems := unwritten(termbase, forbidden)):
        raise TermbaseError(problems)
    parts = [
        f"{lang}: {len(ids)} of {len(termbase.concepts)} concepts ({', '.join(ids[:_NAMED])}"
        + (", …)" if len(ids) > _NAMED else ")")
        for lang, ids in gaps.counted(termbase).items()
        if ids
    ]
    if parts:
        log.warning(
            f"Without a term, a definition or a summary, so that pages show another language's, marked: "
            f"{'; '.join(parts)}. All of them: python -m glossary coverage"
        )


def start_downloads(config: MkDocsConfig, options: OrdlabConfig, termbase: Termbase) -> downloads.DownloadJob:
    root = project_folder(config)
    url = urljoin(config.site_url, f"{options.folder}/") if config.site_url else ""
    try:
        return downloads.start(
            termbase,
            root / ".cache" / "ordlab",
            url=url,
            title=config.site_name,
            demos=root / options.demos,
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


def _addresses(config: MkDocsConfig, termbase: Termbase, i18n: StaticI18n | None, folder: str) -> Addresses:
    if not _FOLDER.fullmatch(folder):
        raise PluginError(
            f"mkdocs.yml: “{folder}” cannot be the glossary's folder: write, say, `folder: terms`"
        )
    if i18n is None:
        asked = theme_language(config)
        lang = asked if asked in termbase.languages else termbase.default_language
        if not has_theme_words(config, asked):
            config.theme["language"] = site_text.theme_language(asked) or "en"
        return Addresses((lang,), lang, config.use_directory_urls, folder)
    i18n.add_languages(termbase.languages.values())
    if unknown := [lang for lang in i18n.languages if lang not in termbase.languages]:
        raise PluginError(
            f"mkdocs.yml builds {', '.join(unknown)}, but {termbase.folder / 'languages.yml'} has only "
            f"{', '.join(termbase.languages)}: add the language there or remove it here"
        )
    choices = {lang: i18n.theme_options(lang).get("language", lang) for lang in i18n.languages}
    if not all(has_theme_words(config, choice) for choice in choices.values()):
        # For all of them: static-i18n would take what it finds at its first change for the usual choice.
        for lang, choice in choices.items():
            has_words = has_theme_words(config, choice)
            i18n.choose_theme_language(lang, choice if has_words else site_text.theme_language(lang) or "en")
    return Addresses(i18n.languages, i18n.default, config.use_directory_urls, folder)


def _editing(config: MkDocsConfig, root: Path) -> str:
    """Where files of the project are edited: `edit_uri` says so of the docs folder, or nothing does."""
    if not (config.repo_url and config.edit_uri):
        return ""
    address = urljoin(f"{config.repo_url.rstrip('/')}/", config.edit_uri).rstrip("/")
    docs = Path(config.docs_dir).resolve()
    below = f"/{docs.relative_to(root).as_posix()}" if docs.is_relative_to(root) else "/"
    return address.removesuffix(below) + "/" if address.endswith(below) else ""


def _start_command(root: Path) -> str:
    """What a reader types to start the demos: the project's own `make serve`, if it has one."""
    makefile = root / "Makefile"
    has_target = makefile.is_file() and re.search(r"^serve\s*:", makefile.read_text("utf-8"), re.MULTILINE)
    return "make serve" if has_target else "python -m demos serve"
