"""How SAP writes values for a German user: DATS, TIMS, padded numbers, decimal comma, trailing minus.

Belongs here: text forms and column lists of the exported tables. Does not belong here: what the values are.
"""

from data.simulator.duisburg import to_local

CLIENT = "100"
COLUMNS = {
    "AUFK": "MANDT AUFNR AUART AUTYP ERDAT AEDAT KTEXT BUKRS WERKS OBJNR IDAT1 IDAT2 LOEKZ",
    "AFKO": "MANDT AUFNR AUFPL PLNBEZ GAMNG GMEIN IGMNG IASMG GSTRP GLTRP GSTRS GLTRS GSTRI GETRI GLTRI FTRMI RSNUM",
    "AFPO": "MANDT AUFNR POSNR MATNR PSMNG PSAMG WEMNG MEINS DWERK LGORT CHARG LTRMI ELIKZ",
    "AFVC": "MANDT AUFPL APLZL VORNR ARBID STEUS LTXA1 WERKS RUECK OBJNR",
    "AFVV": "MANDT AUFPL APLZL MEINH BMSCH VGE01 VGW01 VGE02 VGW02 VGE03 VGW03 MGVRG LMNGA XMNGA RMNGA SSAVD SSEDD",
    "AFRU": "MANDT RUECK RMZHL AUFNR AUFPL APLZL VORNR ARBID WERKS BUDAT ERSDA ERZET ISDD ISDZ IEDD IEDZ ISM01 ILE01 "
    "ISM02 ILE02 ISM03 ILE03 LMNGA XMNGA RMNGA MEINH GRUND STOKZ STZHL AUERU",
    "MARA": "MANDT MATNR ERSDA LAEDA MTART MATKL MEINS BRGEW NTGEW GEWEI EAN11 LVORM",
    "LFA1": "MANDT LIFNR LAND1 NAME1 ORT01 PSTLZ STCEG SPERM LOEVM",
    "MAKT": "MANDT MATNR SPRAS MAKTX",
    "MARC": "MANDT MATNR WERKS BESKZ DISMM DZEIT PLIFZ MINBE EISBE LVORM",
    "MARM": "MANDT MATNR MEINH UMREZ UMREN",
    "EQUZ": "MANDT EQUNR DATBI EQLFN DATAB IWERK ILOAN HEQUI",
    "ILOA": "MANDT ILOAN TPLNR SWERK STORT PPSID",
    "IFLOT": "MANDT TPLNR FLTYP TPLMA IWERK",
    "CRHD": "MANDT OBJTY OBJID BEGDA ENDDA ARBPL WERKS VERWE",
    "CRTX": "MANDT OBJTY OBJID SPRAS KTEXT",
    "MKPF": "MANDT MBLNR MJAHR BLART BLDAT BUDAT CPUDT CPUTM USNAM XBLNR",
    "MSEG": "MANDT MBLNR MJAHR ZEILE BWART MATNR WERKS LGORT CHARG SHKZG MENGE MEINS AUFNR DMBTR WAERS",
    "EQUI": "MANDT EQUNR ERDAT EQTYP EQART HERST TYPBZ SERGE BAUJJ INBDT OBJNR",
    "EQKT": "MANDT EQUNR SPRAS EQKTX",
    "QMEL": "MANDT QMNUM QMART QMTXT PRIOK ERDAT QMDAT QMDAB AUFNR OBJNR",
    "QMIH": "MANDT QMNUM EQUNR MSAUS AUSVN AUZTV AUSBS AUZTB AUSZT MAUEH FECOD",
    "QALS": "MANDT PRUEFLOS WERK ART ENSTEHDAT MATNR AUFNR CHARG LOSMENGE MENGENEINH LMENGE01 LMENGE02 PASTRTERM PAENDTERM",
}  # fmt: skip
Values = dict[str, str]


def record(table: str, values: Values) -> str:
    """One line of a table; fields that are not given are empty."""
    return ";".join(CLIENT if name == "MANDT" else values.get(name, "") for name in COLUMNS[table].split())


def dats(ms: int | None) -> str:
    """Local date YYYYMMDD; SAP's null date for None."""
    return "00000000" if ms is None else f"{to_local(ms):%Y%m%d}"


def tims(ms: int | None) -> str:
    """Local time HHMMSS; empty for None."""
    return "" if ms is None else f"{to_local(ms):%H%M%S}"


def number(value: float) -> str:
    """Three decimals, thousands dot, decimal comma, minus behind: -1234.5 is 1.234,500-."""
    text = f"{abs(value):,.3f}".translate(str.maketrans(",.", ".,"))
    return f"{text}-" if value < 0 else text


def matnr(material: str) -> str:
    """Material number padded to 18."""
    return material.zfill(18)


def aufnr(order: int) -> str:
    """Order number padded to 12."""
    return f"{order:012d}"
