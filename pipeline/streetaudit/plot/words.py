"""The few words on a map, in the interface's languages."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "zh-CN"]

_WORDS: dict[str, tuple[str, str]] = {
    "cells": ("unit-grid cells", "单元网格"),
    "looked_at": ("looked at", "已巡查区域"),
    "path": ("way travelled", "巡查轨迹"),
    "camera": ("fixed camera", "固定摄像机"),
    "error": ("95 % error circle", "95% 误差圆"),
    "truth": ("really there", "真实位置"),
    "no_parking": ("no parking", "禁停区"),
    "parking_permitted": ("parking permitted", "允许停车区"),
    "vending_permitted": ("vending permitted", "允许摆摊区"),
    "ad_permitted": ("advertising permitted", "允许广告区"),
    "patrol_area": ("patrol area", "巡查范围"),
    "privacy_mask": ("privacy mask", "隐私遮罩"),
    "litter": ("litter", "暴露垃圾"),
    "street_stall": ("street stall", "无照经营游商"),
    "illegal_ad": ("illegal ad", "非法小广告"),
    "mis_parked_vehicle": ("mis-parked vehicle", "违规停放车辆"),
    "overflowing_bin": ("overflowing bin", "垃圾满溢"),
    "map": ("Map of cases", "案件地图"),
    "cases": ("cases", "案件"),
    "problem": ("problem", "问题"),
    "state": ("state", "状态"),
    "confidence": ("confidence", "置信度"),
    "place": ("place", "位置"),
    "no_place": ("without a place", "无位置"),
    "first_seen": ("first seen", "首次发现"),
    "last_seen": ("last seen", "最近发现"),
    "passes": ("passes", "巡查次数"),
    "cell": ("cell", "网格"),
    "made_at": ("made", "生成于"),
    "hint": ("wheel zooms, drag moves, click a row to find its case", "滚轮缩放，拖动平移，点击表格行定位案件"),
    "candidate": ("candidate", "待审核"),
    "confirmed": ("confirmed", "已确认"),
    "dismissed": ("dismissed", "已驳回"),
    "deferred": ("deferred", "已暂缓"),
    "duplicate": ("duplicate", "重复"),
    "filed": ("filed", "已立案"),
    "resolved": ("resolved", "已解决"),
    "reopened": ("reopened", "已重开"),
    "shadow": ("shadow", "试运行"),
}


def word(name: str, language: Language) -> str:
    """The word for a name, the name itself where the city's catalogue has one of its own.

    >>> word("litter", "zh-CN"), word("graffiti", "en")
    ('暴露垃圾', 'graffiti')
    """
    both = _WORDS.get(name)
    if both is None:
        return name.replace("_", " ")
    return both[1] if language == "zh-CN" else both[0]
