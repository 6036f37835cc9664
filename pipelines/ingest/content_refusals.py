"""The texts of refusals of a file's content as a whole: nothing in it, another kind of file, another encoding or delimiter.

Not here: the other reasons, and the error that carries one (`refusals.py`); finding the faults (`pipelines/readers/`).
"""

from __future__ import annotations

CONTENT_RULES: dict[str, tuple[str, str, str, str]] = {
    "empty": (
        "the file is empty",
        "export it again",
        "文件是空的",
        "确认导出成功后重新报送",
    ),
    "no_rows": (
        "the file holds no rows, only a header",
        "export it again; is the condition of the export right?",
        "文件只有表头，没有数据行",
        "核对导出条件，确认导出成功后重新报送",
    ),
    "delimiter": (
        "the columns are delimited by {found}, not by {expected} as agreed",
        "export the file with the delimiter agreed, or change `delimiter` in the contract",
        "列之间用的是“{found}”，约定的分隔符是“{expected}”",
        "导出时选用约定的分隔符后重新报送",
    ),
    "encoding": (
        "the text looks like {found}, and {expected} is expected; byte {offset} is the first that shows it",
        "save the file again as CSV UTF-8, or name its encoding in the contract",
        "文件编码像是{found}，应为{expected}（自第{offset}字节起）",
        "另存为“CSV UTF-8”后重新报送",
    ),
    "not_text": (
        "the header or most rows cannot be read as {expected} text, from byte {offset} on",
        "save the file again as CSV UTF-8 and deliver it again; is it damaged?",
        "表头或大部分内容不能按{expected}读取（自第{offset}字节起），文件已损坏或编码不对",
        "另存为“CSV UTF-8”后重新报送",
    ),
    "endless_line": (
        "a line that begins {offset} MiB into the file does not end within {limit} MiB",
        "export the file again; is this the right file?",
        "文件第{offset}MiB处的一行过长，没有换行",
        "检查是否选错文件，重新导出后报送",
    ),
    "login_page": (
        "a web page to log in, not an export",
        "log in to the system and export again",
        "文件内容是登录网页，不是导出的数据",
        "登录系统后重新导出报送",
    ),
    "web_page": (
        "a web page (HTML), as some systems export it under the name of a spreadsheet",
        "open it in a spreadsheet and save it as {expected}",
        "文件内容是网页（HTML），不是{expected}",
        "用 Excel 或 WPS 打开，另存为{expected}后重新报送",
    ),
    "other_format": (
        "the content is {found}, and {expected} is agreed",
        "save or export it as {expected}; another ending of the name does not change the content",
        "文件内容是 {found}，约定的是{expected}",
        "另存为{expected}后重新报送；只改扩展名不行",
    ),
}
