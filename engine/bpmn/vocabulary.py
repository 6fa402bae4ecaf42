"""The element names of BPMN 2.0.2: which the model holds, which it leaves in the file, which it refuses.

Names are those of the XML schemas of formal/2013-12-09 (Semantic.xsd). Every name of the standard stands in exactly one
of these sets, so that a name in none of them is a mistake of the file.
"""

from __future__ import annotations

from typing import Final

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMN_DI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XML: Final = "http://www.w3.org/XML/1998/namespace"
FEEL_LANGUAGES: Final = (
    "feel",
    "https://www.omg.org/spec/dmn/",
    "http://www.omg.org/spec/dmn/",
    "http://www.omg.org/spec/feel/",
)

EVENTS: Final = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
SUB_PROCESSES: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
TASKS: Final = frozenset(
    {"task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask"}
)
ACTIVITIES: Final = TASKS | SUB_PROCESSES | {"callActivity"}
GATEWAYS: Final = frozenset(
    {"exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway"}
)
FLOW_NODES: Final = EVENTS | ACTIVITIES | GATEWAYS
EVENT_DEFINITIONS: Final = frozenset(
    {
        "timerEventDefinition",
        "messageEventDefinition",
        "signalEventDefinition",
        "errorEventDefinition",
        "escalationEventDefinition",
        "linkEventDefinition",
        "terminateEventDefinition",
        "conditionalEventDefinition",
        "compensateEventDefinition",
        "cancelEventDefinition",
    }
)
DATA: Final = frozenset(
    {"dataObject", "dataObjectReference", "dataStoreReference", "dataStore", "property", "dataInput", "dataOutput"}
)
ARTIFACTS: Final = frozenset({"textAnnotation", "group", "association"})
ROOTS: Final = frozenset({"process", "message", "signal", "error", "escalation"})
OTHERS_HELD: Final = frozenset(
    {
        "sequenceFlow",
        "lane",
        "participant",
        "messageFlow",
        "dataInputAssociation",
        "dataOutputAssociation",
        "standardLoopCharacteristics",
        "multiInstanceLoopCharacteristics",
        "eventDefinitionRef",
    }
)
HELD: Final = FLOW_NODES | EVENT_DEFINITIONS | DATA | ARTIFACTS | ROOTS | OTHERS_HELD
"""Kinds of which every one in the file must be in the model: what `inventory` counts."""

PARTS: Final = frozenset(
    {
        "definitions",
        "documentation",
        "extensionElements",
        "collaboration",
        "laneSet",
        "childLaneSet",
        "flowNodeRef",
        "partitionElement",
        "incoming",
        "outgoing",
        "conditionExpression",
        "timeDate",
        "timeDuration",
        "timeCycle",
        "condition",
        "source",
        "target",
        "script",
        "text",
        "loopCondition",
        "loopCardinality",
        "completionCondition",
        "activationCondition",
        "ioSpecification",
        "inputSet",
        "outputSet",
        "dataInputRefs",
        "dataOutputRefs",
        "optionalInputRefs",
        "optionalOutputRefs",
        "whileExecutingInputRefs",
        "whileExecutingOutputRefs",
        "inputSetRefs",
        "outputSetRefs",
        "sourceRef",
        "targetRef",
        "dataState",
        "loopDataInputRef",
        "loopDataOutputRef",
        "inputDataItem",
        "outputDataItem",
        "innerParticipantRef",
        "participantRef",
        "processRef",
        "flowElementRef",
        "from",
        "to",
    }
)
"""Pieces of other elements: read with them."""

GLOBAL_TASKS: Final = frozenset(
    {"globalTask", "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask"}
)
LEFT_IN_THE_FILE: Final = GLOBAL_TASKS | frozenset(
    {
        "import",
        "extension",
        "relationship",
        "itemDefinition",
        "interface",
        "operation",
        "inMessageRef",
        "outMessageRef",
        "errorRef",
        "interfaceRef",
        "endPoint",
        "endPointRef",
        "partnerEntity",
        "partnerRole",
        "participantMultiplicity",
        "participantAssociation",
        "outerParticipantRef",
        "messageFlowAssociation",
        "messageFlowRef",
        "conversation",
        "subConversation",
        "callConversation",
        "conversationLink",
        "conversationAssociation",
        "globalConversation",
        "correlationProperty",
        "correlationPropertyRef",
        "correlationPropertyRetrievalExpression",
        "correlationPropertyBinding",
        "correlationKey",
        "correlationSubscription",
        "messagePath",
        "dataPath",
        "category",
        "categoryValue",
        "categoryValueRef",
        "resource",
        "resourceParameter",
        "resourceRef",
        "resourceRole",
        "resourceParameterBinding",
        "resourceAssignmentExpression",
        "performer",
        "humanPerformer",
        "potentialOwner",
        "formalExpression",
        "expression",
        "rendering",
        "auditing",
        "monitoring",
        "transformation",
        "assignment",
        "operationRef",
        "supportedInterfaceRef",
        "supports",
        "ioBinding",
        "choreographyRef",
    }
)
"""Known, and of no effect here: reported once a kind, so that nobody believes otherwise."""

NOT_READ: Final = frozenset(
    {
        "choreography",
        "globalChoreographyTask",
        "choreographyTask",
        "subChoreography",
        "callChoreography",
        "complexBehaviorDefinition",
        "oneBehaviorEventRef",
        "noneBehaviorEventRef",
    }
)
"""Refused, with all inside them."""

ATTRIBUTES: Final = frozenset(
    """id name targetNamespace expressionLanguage typeLanguage exporter exporterVersion isExecutable isClosed
    processType definitionalCollaborationRef processRef sourceRef targetRef isImmediate default gatewayDirection
    eventGatewayType instantiate isInterrupting parallelMultiple cancelActivity attachedToRef isForCompensation
    startQuantity completionQuantity implementation operationRef messageRef signalRef errorRef escalationRef activityRef
    waitForCompletion calledElement calledCollaborationRef calledChoreographyRef triggeredByEvent method ordering
    cancelRemainingInstances scriptFormat language evaluatesToTypeRef loopMaximum testBefore isSequential behavior
    oneBehaviorEventRef noneBehaviorEventRef itemSubjectRef isCollection dataObjectRef dataStoreRef capacity isUnlimited
    errorCode escalationCode structureRef itemKind textFormat associationDirection categoryValueRef partitionElementRef
    itemRef value minimum maximum initiatingParticipantRef choreographyLoopType correlationPropertyRef
    correlationKeyRef type parameterRef isRequired definition mustUnderstand importType location namespace direction
    participantRef implementationRef messageFlowRef innerMessageFlowRef outerMessageFlowRef
    innerConversationNodeRef outerConversationNodeRef partnerEntityRef partnerRoleRef resourceRef
    scriptLanguage""".split()  # noqa: SIM905 - a list of names reads better as text
)
"""All attribute names of the standard, whatever element they belong to."""
