"""Tiny whole sites in temporary folders: written from plain data, built strictly, read back."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

NOTHING: Mapping[str, Any] = MappingProxyType({})

CONFIG = """
site_name: Tiny
theme: {name: material, language: nb, font: false}
plugins:
  search: {}
  i18n:
    docs_structure: suffix
    fallback_to_default: false
    languages:
      - {locale: nb, name: Norsk, default: true, build: true, fixed_link: ./}
      - {locale: en, name: English, build: true, fixed_link: en/}
      - {locale: zh, name: 简体中文, build: true, fixed_link: zh/}
  ordlab: {}
markdown_extensions: [attr_list, md_in_html, tables, footnotes, toc: {permalink: true}]
"""

FILES = {
    "glossary/languages.yml": """
        nb: {name: Norsk bokmål, html: nb, order: norwegian, stemmer: norwegian}
        en: {name: English, html: en, order: latin, stemmer: english}
        zh: {name: 简体中文, html: zh-Hans, order: pinyin, segment: han}
    """,
    "glossary/subjects.yml": "models: {nb: Modeller, en: Models, zh: 模型}",
    "glossary/sources.yml": """
        goodfellow-2014:
          {title: Generative Adversarial Nets, authors: Ian Goodfellow et al., year: "2014",
           published: NeurIPS, identifier: "arXiv:1406.2661", url: "https://arxiv.org/abs/1406.2661",
           lang: en}
    """,
    "glossary/terms/gan.yml": """
        subject: models
        legacy: [what-is-gan]
        sources: [goodfellow-2014]
        nb:
          terms:
            - {term: generativt nettverk, gender: n, forms: [generative nettverka]}
            - {term: GAN, type: abbreviation}
          definition: modell der to nett konkurrerer
          explanation: En generator lager bilder.
        en:
          terms: [generative network, {term: generativ network, status: deprecated, note: misspelling}]
          definition: model in which two nets compete
          explanation: A generator draws pictures.
        zh:
          terms: [{term: 生成网络, pinyin: shēngchéng wǎngluò}]
          definition: 由两个网络相互竞争的模型
          explanation: 生成器负责画图。
    """,
    "glossary/terms/generator.yml": """
        subject: models
        part_of: [gan]
        nb: {terms: [{term: generator, gender: m}], definition: nettet som lager eksempler}
        en: {terms: [generator], definition: net that makes examples}
        zh: {terms: [{term: 生成器, pinyin: shēngchéngqì}], definition: 生成样本的网络}
    """,
    "docs/index.nb.md": "# Forside\n\nHer er alt.",
    "docs/index.en.md": "# Home\n\nHere is everything.",
    "docs/index.zh.md": "# 首页\n\n欢迎。",
}


@dataclass
class Built:
    """A site that was built, or what was said instead."""

    folder: Path
    warnings: list[str] = field(default_factory=list)
    error: str = ""
    exit_code: int = 0

    def read(self, path: str) -> str:
        return (self.folder / path).read_text("utf-8")


def write(root: Path, files: Mapping[str, Any] = NOTHING, config: Mapping[str, Any] = NOTHING) -> Path:
    """A project folder; a file set to None is left out, a mapping is written as YAML. Returns mkdocs.yml."""
    for path, content in {**FILES, **files}.items():
        if content is not None:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True)
            (root / path).write_text(text, "utf-8")
    settings = yaml.safe_load(CONFIG)
    merge(settings, config)
    (root / "mkdocs.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    return root / "mkdocs.yml"


def merge(base: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Change a nested mapping; None takes a key away."""
    for key, value in changes.items():
        if value is None:
            base.pop(key, None)
        elif isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value


def make(root: Path, files: Mapping[str, Any] = NOTHING, config: Mapping[str, Any] = NOTHING) -> Built:
    """Write a project and build it strictly."""
    return build_strictly(write(root, files, config), root / "site")


def build_strictly(config_file: Path, site: Path, **settings: Any) -> Built:
    built = Built(site)
    log = Collector(built)
    logger = logging.getLogger("mkdocs")
    logger.addHandler(log)
    try:
        build(load_config(str(config_file), site_dir=str(site), strict=True, **settings))
    except Abort as abort:
        built.exit_code = abort.code
    finally:
        logger.removeHandler(log)
    return built


class Collector(logging.Handler):
    """Warnings and errors, as a person at the terminal sees them."""

    def __init__(self, built: Built) -> None:
        super().__init__(logging.WARNING)
        self.built = built

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR:
            self.built.error += record.getMessage() + "\n"
        else:
            self.built.warnings.append(record.getMessage())
