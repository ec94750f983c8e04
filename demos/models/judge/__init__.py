"""The judge: reads every factor of a portrait, and its features carry the metrics. Versioned and frozen."""

from demos.models.judge.model import JUDGE_VERSION, Judge, JudgeConfig, load_judge

__all__ = ["JUDGE_VERSION", "Judge", "JudgeConfig", "load_judge"]
