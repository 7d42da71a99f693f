"""The words of a night report, in both languages."""

from __future__ import annotations

from streetaudit.plot.words import Language, word

_WORDS: dict[str, tuple[str, str]] = {
    "report": ("Night report", "夜间巡查报告"),
    "looked_at_section": ("What was looked at", "巡查情况"),
    "clips": ("clips", "视频片段"),
    "kilometres": ("kilometres", "公里数"),
    "minutes": ("minutes of footage", "视频分钟数"),
    "frames": ("frames looked at", "已检帧数"),
    "skipped": ("Frames that were not looked at, and why", "未检帧及原因"),
    "reason": ("reason", "原因"),
    "sampling": ("left out by sampling", "抽帧略过"),
    "not decoded": ("could not be decoded", "无法解码"),
    "nothing": ("none", "无"),
    "by_problem": ("Cases by problem", "按问题分类的案件"),
    "by_cell": ("Cases by unit-grid cell", "按单元网格分类的案件"),
    "by_responsible": ("Cases by responsible party", "按责任单位分类的案件"),
    "new": ("new", "新增"),
    "again": ("seen again", "再次发现"),
    "gone": ("found gone", "已消失"),
    "no_cell": ("in no cell", "不在网格内"),
    "no_responsible": ("nobody named", "未指定责任单位"),
    "responsible": ("responsible", "责任单位"),
    "failures": ("Clips that were not looked at in full", "未能完整检查的片段"),
    "clip": ("clip", "片段"),
    "slowest": ("Slowest clips", "处理最慢的片段"),
    "took_s": ("seconds of work", "处理秒数"),
    "real_time": ("times real time", "实时倍数"),
    "drift": ("Against the nights before", "与前几夜对比"),
    "figure": ("figure", "指标"),
    "tonight": ("tonight", "今夜"),
    "usual": ("usual (median)", "通常值（中位数）"),
    "unusual": ("unusual", "异常"),
    "too_few": ("too few nights to compare with", "可供对比的夜晚太少"),
    "nights_before": ("nights to compare with", "可对比夜数"),
    "things_per_km": ("things seen a kilometre", "每公里发现数"),
    "mean_confidence": ("mean confidence", "平均置信度"),
    "placed_share": ("share that could be placed", "可定位比例"),
    "error_m": ("mean 95 % radius, metres", "平均95%误差半径（米）"),
    "traced_share": ("share of clips with a position", "有定位的片段比例"),
    "vehicle": ("vehicle", "车辆"),
    "bin": ("bin", "垃圾桶"),
    "workload": ("Review workload", "审核工作量"),
    "waiting": ("cases wait for a decision", "件案件待审核"),
    "hours": ("hours of work expected", "小时预计工作量"),
    "map": ("Where it was looked, and what was found", "巡查轨迹与发现"),
    "from_to": ("from {start} to {end}", "{start} 至 {end}"),
    "made": ("made", "生成于"),
}


def said(name: str, language: Language) -> str:
    """The words for a name; names of problems and states are those of the map.

    >>> said("new", "zh-CN"), said("litter", "en"), said("the trace ends", "en")
    ('新增', 'litter', 'the trace ends')
    """
    both = _WORDS.get(name)
    if both is None:
        return word(name, language)
    return both[1] if language == "zh-CN" else both[0]
