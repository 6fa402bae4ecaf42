"""Settings that several connectors share, told in the same words everywhere."""

from __future__ import annotations

from typing import Final

from engine.connectors.settings import Group, Kind, Setting, said

OPERATOR_NAME: Final = "[a-z0-9][a-z0-9-]*"
"""A name in a list of the operator's."""

METHOD: Final = Setting(
    name="method",
    description="the method of the call, where no operation is named.",
    label="Method",
    translations=said(
        az=("Metod", "əməliyyat göstərilmədikdə çağırışın metodu."),
        ru=("Метод", "метод вызова, если операция не указана."),
    ),
    choices=("GET", "POST", "PUT", "PATCH", "DELETE"),
)
QUERY_VARIABLE: Final = Setting(
    name="queryVariable",
    description="the variable whose entries are the query.",
    label="Query variable",
    translations=said(
        az=("Sorğu dəyişəni", "bəndləri sorğunu təşkil edən dəyişən."),
        ru=("Переменная запроса", "переменная, поля которой образуют строку запроса."),
    ),
    kind=Kind.variable,
    example="filter",
    group=Group.input,
)
BODY_VARIABLE: Final = Setting(
    name="bodyVariable",
    description="the variable that is sent; without it, all variables of the task.",
    label="Body variable",
    translations=said(
        az=("Göndərilən dəyişən", "göndərilən dəyişən; göstərilmədikdə tapşırığın bütün dəyişənləri."),
        ru=("Переменная тела", "отправляемая переменная; без неё — все переменные задачи."),
    ),
    kind=Kind.variable,
    example="application",
    group=Group.input,
)
PROBLEM_VARIABLE: Final = Setting(
    name="problemVariable",
    description="the variable that takes status and body of an answer from 400 to 499, where the error is caught.",
    label="Problem variable",
    translations=said(
        az=("Xəta dəyişəni", "xəta tutulduqda 400-499 cavabının statusunu və məzmununu saxlayan dəyişən."),
        ru=("Переменная отказа", "переменная для статуса и тела ответа 400–499, когда ошибка перехвачена."),
    ),
    kind=Kind.variable,
    example="problem",
    group=Group.output,
)
USER_VARIABLE: Final = Setting(
    name="userVariable",
    description="the variable with the national number of the person for whom it is asked, for X-Road.",
    label="Person's number variable",
    translations=said(
        az=("Şəxsin nömrəsi dəyişəni", "X-Road üçün: kimin adından soruşulursa, onun FİN-i olan dəyişən."),
        ru=("Переменная с номером лица", "для X-Road: переменная с личным номером того, для кого запрос."),
    ),
    kind=Kind.variable,
    example="pin",
    group=Group.input,
)
PURPOSE: Final = Setting(
    name="purpose",
    description="why the data are needed.",
    label="Purpose",
    translations=said(az=("Məqsəd", "məlumatın nə üçün lazım olması."), ru=("Цель", "для чего нужны данные.")),
    example="driving-licence-renewal",
)
LEGAL_BASIS: Final = Setting(
    name="legalBasis",
    description="the article that allows the look-up.",
    label="Legal basis",
    translations=said(
        az=("Hüquqi əsas", "sorğuya icazə verən maddə."), ru=("Правовое основание", "статья, которая разрешает запрос.")
    ),
    example="Law on Road Traffic, art. 30",
)
