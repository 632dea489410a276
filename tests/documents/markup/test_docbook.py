from collections.abc import Callable

from onggi.documents.blocks import Joined
from onggi.documents.markup import docbook

Read = Callable[[str, bytes], Joined]


def test_docbook(read: Read) -> None:
    source = """<?xml version="1.0"?>
    <!DOCTYPE book [<!ENTITY x SYSTEM "file:///etc/hostname">]>
    <book><bookinfo><title>안 읽음</title></bookinfo><title>독 설명서</title>
    <chapter><title>빌리기</title><para>독은 <emphasis>사흘</emphasis>
       빌린다<footnote><para>공휴일은 뺀다.</para></footnote>&x;.<indexterm><primary>독</primary></indexterm>
      <orderedlist><listitem><para>쓴다</para></listitem><listitem><para>낸다</para><para>받는다</para></listitem></orderedlist>
      그리고 나른다.</para>
    <section><title>요금</title><table><title>표 1</title><tgroup cols="2"><colspec/><tbody>
      <row><entry morerows="1">어른</entry><entry>평일</entry></row>
      <row><entry>주말</entry></row></tbody></tgroup></table>
      <programlisting>가
      나</programlisting></section></chapter></book>"""
    joined = read(".docbook", source.encode())
    assert joined.text == (
        "독 설명서\n\n빌리기\n\n독은 사흘 빌린다.\n\n1. 쓴다\n2. 낸다\n받는다\n\n그리고 나른다.\n\n공휴일은 뺀다.\n\n"
        "요금\n\n표 1\n\n어른 | 평일\n어른 | 주말\n\n가\n      나"
    )
    assert [section.heading for section in joined.sections] == [
        ["독 설명서", "빌리기"],
        ["독 설명서", "빌리기", "요금"],
    ]
    content = docbook.read(source.encode(), "가.xml")
    assert (content.title, content.removed["index entries and descriptions"]) == ("독 설명서", 2)


def test_mallard(read: Read) -> None:
    source = """<page xmlns="http://projectmallard.org/1.0/" type="topic" id="a"><info><desc>안 읽음</desc></info>
    <title>독 빌리기</title><p>독은 <em>사흘</em>.</p><steps><item><p>쓴다</p></item><item><p>낸다</p></item></steps>
    <section><title>요금</title><note><p>싸다.</p></note><terms><item><title>독</title><p>큰 항아리</p></item></terms>
    <table><tr><td><p>가</p></td><td><p>나</p></td></tr></table></section></page>"""
    joined = read(".page", source.encode())
    assert joined.text == ("독 빌리기\n\n독은 사흘.\n\n1. 쓴다\n2. 낸다\n\n요금\n\n싸다.\n\n독\n큰 항아리\n\n가 | 나")
    assert [section.heading for section in joined.sections] == [["독 빌리기"], ["독 빌리기", "요금"]]
