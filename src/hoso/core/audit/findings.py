"""What `hoso audit verify` may find, in both languages."""

from dataclasses import dataclass
from datetime import timedelta

CLOCK_TOLERANCE = timedelta(seconds=2)  # what a clock that is being adjusted may jump

WORDS = {
    "edited": ("sự kiện bị sửa", "event was edited"),
    "deleted": ("sự kiện bị xoá", "event was deleted"),
    "inserted": ("sự kiện bị chèn ngoài chuỗi", "event was inserted past the chain"),
    "reordered": ("thứ tự chuỗi bị đổi", "entries of the chain were reordered"),
    "duplicated": ("mục của chuỗi bị lặp", "entry of the chain was duplicated"),
    "entry missing": ("mục của chuỗi bị mất", "entry of the chain is missing"),
    "chain broken": ("mắt xích không khớp", "link of the chain does not fit"),
    "checkpoint differs": ("chuỗi khác điểm kiểm tra đã ký", "chain differs from a signed checkpoint"),
    "truncated": ("chuỗi ngắn hơn điểm kiểm tra đã ký", "chain is shorter than a signed checkpoint"),
    "no checkpoint": ("không có điểm kiểm tra nào bên ngoài", "there is no checkpoint outside"),
    "clock set back": ("đồng hồ bị chỉnh lùi", "clock was set back"),
    "other installation": ("điểm kiểm tra của hệ thống khác", "checkpoint of another installation"),
    "wrong key": ("chữ ký không đúng khoá", "signature is not of the right key"),
    "checkpoint chain broken": ("chuỗi điểm kiểm tra bị đứt", "chain of the checkpoints is broken"),
    "checkpoint unreadable": ("không đọc được điểm kiểm tra", "checkpoint cannot be read"),
    "places disagree": ("hai nơi giữ điểm kiểm tra khác nhau", "the two places of checkpoints differ"),
    "old checkpoint": ("điểm kiểm tra cũ được đặt lại", "an old state of the checkpoints was put back"),
    "more removed than retention says": (
        "tháng hết hạn thiếu số lượng",
        "month removed by retention had another count",
    ),
}


@dataclass(frozen=True)
class Finding:
    """One sign of tampering. `kind` is a key of WORDS; sequence and event are numbers where they are known."""

    kind: str
    sequence: int | None = None
    event: int | None = None
    detail: str = ""

    def line(self) -> str:
        vietnamese, english = WORDS[self.kind]
        where = [f"#{self.sequence}"] if self.sequence is not None else []
        where += [f"event {self.event}"] if self.event is not None else []
        where += [self.detail] if self.detail else []
        return f"{vietnamese} / {english}: {', '.join(where)}"
