"""Word lists for Chinese names: compound surnames, readings of surnames, variant characters, forms of address.

Each list has certain cases only; names that sound alike are found by pinyin.
"""

from typing import Final


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMPOUND_SURNAMES: Final = words(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 "
    "仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 "
    "段干 百里 呼延 东郭 南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙 "
    "南荣 东里 东宫 仲长 子书 子桑 即墨 达奚 褚师 完颜 纳兰 耶律 单于 叶赫 爱新 那拉 西陵 北堂 淳于 屈突 尔朱 刘付"
)
# readings that characters have only as surnames
SURNAME_SOUNDS: Final = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "朴": "piao", "盖": "ge", "翟": "zhai",
    "任": "ren", "华": "hua", "覃": "qin", "缪": "miao", "晁": "chao", "召": "shao", "员": "yun", "乐": "yue", "繁": "po",
    "种": "chong", "秘": "bi", "洗": "xian", "冼": "xian", "尹": "yin", "牟": "mu", "应": "ying", "燕": "yan", "万": "wan",
    "尉迟": "yu chi", "万俟": "mo qi", "单于": "chan yu", "长孙": "zhang sun", "澹台": "tan tai", "令狐": "ling hu",
    "宰父": "zai fu", "亓官": "qi guan", "呼延": "hu yan", "鲜于": "xian yu", "子车": "zi ju", "乐正": "yue zheng",
}  # fmt: skip
# traditional or variant form, then the standard one (通用规范汉字表), also in surnames
SAME_CHARACTER: Final = {
    pair[0]: pair[1]
    for pair in words(
        "陳陈 劉刘 張张 楊杨 趙赵 黃黄 吳吴 孫孙 馬马 羅罗 鄭郑 謝谢 韓韩 馮冯 蕭萧 許许 鄧邓 葉叶 蔣蒋 蘇苏 盧卢 閻阎 "
        "餘余 鍾钟 譚谭 陸陆 範范 賈贾 韋韦 鄒邹 陰阴 顧顾 賀贺 龔龚 錢钱 嚴严 湯汤 萬万 龍龙 齊齐 龐庞 關关 喬乔 賴赖 "
        "簡简 莊庄 衛卫 偉伟 麗丽 華华 國国 強强 傑杰 軍军 藝艺 慶庆 榮荣 蘭兰 鳳凤 輝辉 濤涛 潔洁 靜静 瓊琼 瑩莹 穎颖 "
        "學学 飛飞 東东 紅红 綠绿 珮佩 昇升 陞升 堃坤 喆哲 璿璇 峯峰 嶽岳 羣群 勛勋 勳勋 鑑鉴 鑒鉴 凴凭 蓺艺 筍笋 "
        "慤悫 煇辉 晳皙 甯宁 寧宁 雲云 夢梦 詩诗 賢贤 義义 禮礼 愛爱 順顺 貴贵 發发 財财 寶宝 廣广 興兴 業业 維维 緯纬 "
        "紀纪 綱纲 綺绮 縈萦 鵬鹏 鴻鸿 銀银 鐵铁 鋼钢 鋒锋 錦锦 鈺钰 際际 陽阳 曉晓 時时 書书 會会 樹树 樂乐 權权 "
        "歡欢 歲岁 濱滨 澤泽 潤润 燦灿 獻献 瑋玮 瓏珑 畫画 盡尽 聖圣 聰聪 蓮莲 藍蓝 誠诚 諾诺 賓宾 贊赞 躍跃 遠远 達达 "
        "適适 邁迈 開开 韻韵 顏颜 駿骏 麥麦 來来 倫伦 儀仪 優优 創创 勁劲 動动 勝胜 務务 協协 衆众 眾众 園园 圓圆 "
        "堅坚 報报 壽寿 奮奋 實实 導导 嵐岚 師师 帥帅 幹干 彥彦 徑径 憲宪 應应 懷怀 戰战 揚扬 於于 歐欧 滿满 漢汉"
    )
}
# in given names: pairs that look and sound alike (one has a radical more)
CONFUSABLE: Final = {"玥": "月", "钰": "玉", "玟": "文"}
MALE_TITLES: Final = words("先生 师兄 大哥 大爷 大叔 大伯 叔叔 伯伯 爷爷 老伯 哥 叔")
WOMEN_TITLES: Final = words("女士 小姐 阿姨 大姐 大妈 大娘 大婶 奶奶 婆婆 太太 夫人 姐 姨 婶 嫂")
PLAIN_TITLES: Final = words(
    "老师 师傅 同志 医生 大夫 护士 主任 经理 老板 书记 校长 院长 局长 处长 科长 队长 站长 店长 班长 律师 教授 总 工"
)
# how an office writes that there is no name; the whole cell, or its beginning
NO_NAME: Final = words(
    "无 本人 空 不详 未知 未填 暂无 没有 保密 某 某某 某某某 none null nan n/a na unknown anonymous test"
)
NO_NAME_STARTS: Final = (
    "匿名", "无名", "不愿", "未提供", "未留", "未登记", "网友", "网民", "网上", "网络", "微信", "市民", "热心", "群众", "居民",
    "业主", "来电", "诉求人", "投诉人", "用户", "系统", "平台", "路人", "租户", "住户", "村民", "游客", "游人",
)  # fmt: skip
