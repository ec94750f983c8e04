"""Words of a technical field that everyone uses in another sense: «støy» in a model, and from the neighbours.

No grammar parts the two; the company does. A word is taken in its everyday sense when all of this is so:

- it is one of the everyday words below;
- a word of everyday life belongs to it («støyen fra naboen», “rugby training”, “planted seeds”), or the
  sentence tells about a “him” or “her” and the text has hardly any other term;
- the sentence has no word of technical prose, and no other term;
- the termbase is about computing: in one of photography, he cleans his lens, and means the term.

Whatever is in doubt is linked. That the sentence has a word of everyday life somewhere is not enough: help
pages about AI are full of doctors, snow and dinners.

The lists hold common words of many fields, and are no index of any glossary. `*` stands for any ending.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

BELONGING, PERSON = "belonging", "person"  # signs of everyday life

_SENTENCE_SIGN = re.compile(r"[.!?…]+(?=\s|$)|[。！？；\ufffc]|\n\s*\n")

# Words with a technical sense beside an everyday one, in the form in which a glossary has them.
_EVERYDAY = {
    "norwegian": """
        adapter agent anker anlegg avstand bane batteri blokk bro bruker buffer bunke bølge celle drift
        dybde effekt element enhet epoke felt filter flate form forsterkning frekvens frø funksjon fyll
        følge gate generator gjenstand grad gren grense gruppe hode hukommelse ild inngang innbygging jord
        kanal kanon kant kart kjede kjerne klasse klient klynge kode konflikt kontekst kontroll kopi korn
        krets kropp kryss kurve lag lager lampe last leder ledning linje løsning maske masse maskin minne
        modell modus motor mønster node nett nettverk nøkkel oppgave oppløsning ordre par partner pakke
        plan plass pol port post presisjon prøve puls punkt ramme regel rekkevidde retning rolle rot rute
        rytme samling sekvens selskap serie signal skala skjevhet skript skygge slag sone spenning spor
        språk steg stil stikk stjerne strøm struktur støy støtte system søyle tap tegn temperatur terskel
        tilstand tilpasning tjener token tone trekk trekking trening trinn tråd trykk tabell utgang utvalg
        vakt varians vei vekt verdi vindu virus våg å trekke å trene å lese å skrive å kjøre å måle
        å styre å veie å blande å sende å hoste
        """,
    "english": """
        adapter agent anchor bank bar base batch battery bias block bond branch bridge buffer bus cell
        chain channel charge chart class client cloud cluster code context control core cost current cycle
        degree depth desert distance distribution drift driver edge element epoch exposure feature field
        filter flow focus form frame frequency function fuse gain gate generator grade grain graph group
        head heap host image impulse input interest interference interval iteration key kernel checkpoint
        label layer lead leaf lens library line link load lock loss mask mass match matrix memory mode
        model mold momentum network node noise order output pad parameter party path pattern plane point
        pole pool port power precision pressure prompt pulse queue range rank rate ray record reflection
        register resolution resource response root row sample sampling scale scope seed sequence series
        server set shadow shell sign signal sink skip slice source space spring stack stage star state
        step stem stream string structure style switch table tail target temperature tension thread
        threshold token tone tool trace track training transfer transformer tree trigger trunk unit value
        vector virus wave weight window wire work "to train" "to sample" "to run" "to read" "to write"
        "to mask" "to feed" "to host"
        """,
    "han": """
        层 窗口 代理 地图 电池 端口 对象 放大 分布 分支 风格 幅度 根 功能 管道 归一 过滤器 核 混合 激活
        检查点 奖励 节点 结构 键 句柄 开关 空间 框架 类 力 链 量 列 流 滤镜 路径 蒙版 面具 密度 模板 模式
        模型 目标 能量 偏见 偏差 频率 平台 桥 起点 权重 任务 缺口 嵌入 时代 适配器 收敛 数列 水印 损失 锁
        提示 特征 梯度 通道 头 网络 温度 纹理 线程 项 协议 信号 序列 学习 训练 压力 样本 依赖 引擎 影子 云
        噪声 噪音 张力 振荡 值 种子 周期 状态
        """,
}
_LIFE = {
    "norwegian": """
        bestefar* bestemor* mor mora moren far faren bror* søster* søsken* tante* onkel* nabo* kone kona
        mannen barnebarn* venninne* kamerat* kjæreste* kjøkken* stua soverom* sofa* hylla hyllen kjelleren
        badet gulvet trapp* loftet kaffe* te middag* frokost* lunsj* kake* brød* suppe* oppskrift* spise*
        spist* drikke* restaurant* kafé* mat maten matlaging* jakke* sko skoene ull ulla skjerf* genser*
        bukse* kjole* klær* mote motehus* sminke* parykk* bonde* åker* hage* hagen jorda bed bedene spire*
        gjødsel* fuglene høner hester kua sauer regn* regnet vind vinden sola solskinn* sov sove søvn*
        våken våkne* kulde* vinteren sommeren høsten våren helga helgen ute fotball* håndball* ski skiene
        helsestudio* maraton* turnering* løpetur* svømme* yoga* medalje* vant seier* idrett* buss* tog
        toget ferje* ferge* hotell* flyet veien gata motorvei* sykkel* ferie* reise* koffert* trafikk*
        jernbane* sykehus* lege legen begravelse* død dødsfall* syk slanke* kilo kiloen graviditet*
        fødsel* stortinget* regjering* kommunestyre* politi* soldat* krig* valgkamp* streik* avis*
        ektepar* samlivsbrudd* konsert* fest festen karneval* teater* kor koret orkester* dans* butikk*
        kasse kassa billett* lotto lønn sjefen julegave* bursdag* jul jula påske* oldtid* middelalder*
        jernalder* steinalder* vikingtid* møbler garn* stekepanne* gryte* ovn ovnen deig* salt pepper
        sukker* smør melk lokomotiv* sporvogn* passasjer* konduktør* pasient* sykepleier*
        kollektivtrafikk* mandag* tirsdag* onsdag* torsdag* fredag* lørdag* søndag* klokka klokken
        flyplass* skog skogen fjell* elv elva elven sjøen badevann* stranda stranden garasje*
        etterretning* oppvaskmaskin* komfyr* kjøleskap* lader* ladekabel* festival* verksted* fabrikk*
        korps* menighet* kirke* kirka begravd* byggeplass* anlegget akvari* vann vannet jobben skolegård*
        barnehage* sykkelen båt* havn* bygda landsby* torget
        """,
    "english": """
        grandmother* grandfather* grandma grandpa mother mothers father fathers brother* sister* aunt*
        uncle* neighbor* neighbour* husband* wife wives girlfriend* boyfriend* kitchen* bedroom* sofa*
        shelf cellar* bathroom* floor stairs attic* coffee tea dinner* breakfast* lunch* cake* bread*
        soup* cookie* cookies baked bakery eat ate drink drank restaurant* café* cafe* jacket* coat* shoes
        wool* scarf* sweater* trousers dress clothes fashion* makeup wig* farmer* garden* soil sow sowed
        sown sprout* fertiliser* fertilizer* birds hens cattle sheep rain rained rainy wind windy sunny
        sunshine winter summer autumn spring outside cold warm football* basketball* handball* ski skiing
        gym marathon* tournament* athlete* swim* yoga medal* won sport* bus buses trains railway* ferry
        ferries hotel* airplane* flight* roads highway* bicycle* holiday* travel* suitcase* luggage*
        transport* hospital* doctor* funeral* died death sorry grief diet* pregnan* parliament* senate*
        police* soldier* army war election* strike newspaper* wedding* divorce* concert* party festival*
        carnival* theatre* theater* choir* orchestra* danc* shop shops supermarket* ticket* lottery*
        salary boss gratitude gift gifts birthday* christmas easter puppy puppies furniture charger*
        socket awake sleep slept asleep medieval ancient oven* dough* saucepan* salt pepper sugar butter
        milk locomotive* tram* passenger* conductor* patients nurse* monday* tuesday* wednesday* thursday*
        friday* saturday* sunday* airport* motorway* forest* woods mountain* river* lake* beach* garage*
        shed house houses estate insurance rugby tennis cricket dishwasher* fridge* factory factories
        church* march april building construction aquarium* playground* boat* harbor* harbour* village*
        market street* station* kindergarten*
        """,
    "han": """
        爷爷 奶奶 妈妈 爸爸 哥哥 姐姐 弟弟 妹妹 邻居 丈夫 妻子 孩子 厨房 卧室 沙发 客厅 楼房 楼梯 房子
        咖啡 晚饭 早饭 午饭 蛋糕 面包 饭店 餐厅 做饭 吃饭 喝茶 外套 鞋子 毛衣 围巾 裤子 裙子 衣服 时装
        化妆 农民 田里 地里 花园 菜园 泥土 发芽 小鸟 下雨 刮风 台风 天气 冬天 夏天 春天 秋天 零下 气温
        足球 篮球 排球 马拉松 健身房 运动员 比赛 球队 游泳 瑜伽 军队 士兵 消防员 警察 路口 公交 火车 飞机
        地铁 酒店 发动机 公路 马路 自行车 假期 旅行 行李 医院 医生 葬礼 去世 睡觉 睡着 睡不着 减肥 怀孕
        议会 政府 战争 选举 罢工 报纸 婚礼 离婚 音乐会 聚会 剧院 跳舞 合唱 乐队 商店 超市 彩票 工资 老板
        生日 春节 圣诞 家具 炒菜 橄榄球 网球 羽毛球 机场 河里 山里 村子 车库 海边 教堂 工厂 洗澡水 轮船
        汽车 商业 鱼缸 建筑工地 码头 街上 菜市场 幼儿园 操场 人际 星期[一二三四五六日] 周[一二三四五六日]
        面团 烤箱 火车头 乘客 护士 病人 工地 上课 老师 同学 经济 地震 洪水 火灾
        """,
}
_TECHNICAL = {
    "norwegian": """
        bilde* ansikt* portrett* figur* piksel* data* tekst* setning* ord ordet ordene tall tallet tallene
        verdi* parameter* algoritm* kode* program* fil filen filer app appen skjerm* maskinlær*
        datamaskin* pc pc-en klikk* trykk tast* velg skru still last lastes lagre* inndata utdata
        resultat* beregn* regne* sannsynlig* lærer lærte læring* genere* eksempel eksempler bruker*
        prosessor* minne* nett nettet internett* ki ki-* robot* modell* nettverk* trene* ledetekst* svar
        svaret svarene spørsmål* versjon* standard* innstilling* funksjon* variant* formel* tegner tegne
        gjett* gjenkjen* forveksl* forutsi* klassifiser* overtilpass* nevral* digital* mønster* mønstre*
        """,
    "english": """
        image* face* portrait* figure* picture* photo* pixel* data* text* sentence* word words number*
        value* parameter* algorithm* code program* file files app apps screen* computer* machine* click*
        press select choose set load* save* input* output* result* comput* calculat* probab* learn*
        generat* example* user* processor* memory network* model* ai gpu* prompt* answer* question*
        version* default* setting* function* formula* neural* digital* software draw* guess* recogni*
        confus* predict* classif* overfit* pattern*
        """,
    "han": """
        图 画面 脸 图片 图像 照片 像素 数据 文本 文字 句子 单词 数字 数值 参数 算法 代码 程序 文件 应用
        屏幕 电脑 计算 机器 点击 按下 选择 设置 加载 保存 输入 输出 结果 概率 学习 生成 用户 内存 网络
        智能 回答 问题 版本 默认 函数 公式 神经 软件 画出 识别 预测 分类 混淆 拟合
        """,
}


# What a word of everyday life takes, beside the term, to say that the term is of that life too.
_AFTER = {
    "norwegian": r"\s+(?:(?:er|var)\s+)?(?:av|fra|hos|i|med|på|til|ved)\s+"
    r"(?:(?:den|det|de|en|ei|et|min|mitt|mine|vår|vårt)\s+)?{life}",
    "english": r"\s+(?:(?:is|are|was|were)\s+)?(?:at|for|from|in|of|on)\s+"
    r"(?:(?:the|a|an|my|your|his|her|our|their)\s+)?{life}",
    "han": r"(?!)",
}
_BEFORE = {
    "norwegian": r"{life}[\s-]\Z",
    "english": r"{life}(?:['’]s\s(?:\w+\s)?|[\s-])\Z",
    "han": r"{life}[里上]?的?\Z",
}
# Help pages tell of nobody in particular: a story about him or her is of everyday life.
_PERSON = {
    "norwegian": r"\b(?:han|hun|ham|henne|hans|hennes)\b",
    "english": r"\b(?:he|she|him|her|his|hers)\b",
    "han": r"(?<!其)[他她](?!们)",
}
_DONE_TO = {
    "norwegian": r"""
        \b(?:sår|sådde|bakt\w*|spis\w*|spiste|plant\w*|sy|sydde?|syr|ta\spå\s(?:deg|seg)|vann\w*)
        \s(?:(?:en|ei|et|den|det|sin|sitt|noen)\s)?\Z
        """,
    "english": r"""
        \b(?:bak(?:e|es|ed|ing)|eat(?:s|ing)?|ate|plant(?:s|ed|ing)?|s[eo]w(?:s|ed|ing|n)?)
        \s(?:(?:a|an|the|his|her|their|some)\s)?\Z
        |\b(?:wear(?:s|ing)?|wore|water(?:s|ed|ing)?)\s(?:(?:a|an|the|his|her|their|some)\s)?\Z
        """,
    "han": "(?:播下|播|撒下|撒|种下|种|戴上|戴着|戴)了?\\Z",
}


@dataclass(slots=True)
class Sentence:
    """A sentence of a text, and what has been found out about it."""

    start: int
    end: int
    has_person: bool | None = None
    technical: list[tuple[int, int]] | None = None


@dataclass(frozen=True)
class Senses:
    """What tells the everyday sense of words from the technical one, in one language."""

    everyday: frozenset[str]
    life: re.Pattern[str]
    technical: re.Pattern[str]
    after: re.Pattern[str]
    before: tuple[re.Pattern[str], ...]
    person: re.Pattern[str]

    def sentences(self, text: str) -> list[Sentence]:
        """The sentences of a text; of what is longer than any, pieces."""
        ends = [sign.end() for sign in _SENTENCE_SIGN.finditer(text)] + [len(text)]
        found, start = [], 0
        for end in ends:
            while start < end:
                found.append(Sentence(start, min(end, start + _LONGEST)))
                start = found[-1].end
        return found

    def everyday_sign(self, text: str, sentence: Sentence, start: int, end: int) -> str:
        """What says that a mention is of everyday life: what belongs to it, or a person; else nothing."""
        before = text[max(sentence.start, start - _BESIDE) : start]
        if self.after.match(text, end, min(sentence.end, end + _BESIDE)) or any(
            one.search(before) for one in self.before
        ):
            sign = BELONGING
        else:
            if sentence.has_person is None:
                sentence.has_person = bool(self.person.search(text, sentence.start, sentence.end))
            sign = PERSON if sentence.has_person else ""
        return "" if sign and self._is_technical(text, sentence, start, end) else sign

    def _is_technical(self, text: str, sentence: Sentence, start: int, end: int) -> bool:
        """Whether the sentence has a technical word besides the mention."""
        if sentence.technical is None:
            words = self.technical.finditer(text, sentence.start, sentence.end)
            sentence.technical = [word.span() for word in words]
        return any(last <= start or end <= first for first, last in sentence.technical[:_ENOUGH])


_LONGEST = 800  # characters: no sentence of prose is longer
_BESIDE = 60  # characters in which what belongs to a word stands
_ENOUGH = 20  # technical words of one sentence


@cache
def senses_of(stemmer: str) -> Senses | None:
    """The lists for a language, named by its stemmer; “han” for Chinese. None where we have no lists."""
    if stemmer not in _EVERYDAY:
        return None
    everyday = re.findall(r'"([^"]+)"|(å \w+)|(\S+)', _EVERYDAY[stemmer])
    life = _any_of(_LIFE[stemmer], stemmer)
    return Senses(
        frozenset("".join(found) for found in everyday),
        re.compile(life, re.IGNORECASE),
        re.compile(_any_of(_TECHNICAL[stemmer], stemmer), re.IGNORECASE),
        re.compile(_AFTER[stemmer].replace("{life}", life), re.IGNORECASE),
        (
            re.compile(_BEFORE[stemmer].replace("{life}", life), re.IGNORECASE),
            re.compile(_DONE_TO[stemmer], re.IGNORECASE | re.VERBOSE),
        ),
        re.compile(_PERSON[stemmer], re.IGNORECASE),
    )


def _any_of(listed: str, stemmer: str) -> str:
    joined = "|".join(sorted(listed.replace("*", r"\w*").split(), key=len, reverse=True))
    return f"(?:{joined})" if stemmer == "han" else rf"\b(?:{joined})\b"
