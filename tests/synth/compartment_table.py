#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes lib/record/compartment_table.c: FHIR's Patient compartment as a C table.

The table holds the union of STU3 (3.0.2), R4 (4.0.1) and R5 (5.0.0; R4B is within it): for every
resource type the element paths that can name a patient. Nothing is fetched; the definition files
are named on the command line:

  --r4-compartment FILE   CompartmentDefinition/patient of R4 (JSON)
  --r4-parameters FILE    the Bundle of R4's search parameters (JSON)
  --model-stu3, --model-r4, --model-r5 DIR
                          element models of a version: path2Type.json (element path -> type, with
                          the target types of a Reference) and type2Parent.json, as in the folders
                          fhir-context/{stu3,r4,r5} of the npm package "fhirpath"
  --stu3-parameters FILE  optional: lines "type TAB parameter TAB path" (lower-case type), to check
                          the STU3 paths below against a list made elsewhere

R4 is computed. For STU3 and R5 the parameter lists of the compartment definitions
(https://hl7.org/fhir/STU3/compartmentdefinition-patient.html and
https://hl7.org/fhir/R5/compartmentdefinition-patient.html) stand below, already followed to the
elements: the STU3 list was written by hand from the specification, because no machine-readable
copy was at hand; the R5 list was checked against the R5 definition. Every path of all versions
is looked up in the element models: it must be a Reference that can name a Patient.

  --output FILE           writes the table
  --check FILE            compares the table in FILE with what would be written; exit code 1 if not
"""
import argparse
import json
import os
import re
import sys

STU3 = """
Account: subject
AdverseEvent: subject
AllergyIntolerance: patient recorder asserter
Appointment: participant.actor
AppointmentResponse: actor
AuditEvent: agent.reference entity.reference
Basic: subject author
BodySite: patient
CarePlan: subject activity.detail.performer
CareTeam: subject participant.member
ChargeItem: subject
Claim: patient payee.party
ClaimResponse: patient
ClinicalImpression: subject
Communication: subject sender recipient
CommunicationRequest: subject sender recipient requester.agent
Composition: subject author attester.party
Condition: subject asserter
Consent: patient
Coverage: policyHolder subscriber beneficiary payor
DetectedIssue: patient
DeviceRequest: subject requester.agent performer
DeviceUseStatement: subject
DiagnosticReport: subject
DocumentManifest: subject author recipient
DocumentReference: subject author
EligibilityRequest: patient
Encounter: subject
EnrollmentRequest: subject
EpisodeOfCare: patient
ExplanationOfBenefit: patient payee.party
FamilyMemberHistory: patient
Flag: subject
Goal: subject
Group: member.entity
ImagingManifest: patient author
ImagingStudy: patient
Immunization: patient
ImmunizationRecommendation: patient
List: subject source
MeasureReport: patient
Media: subject
MedicationAdministration: subject performer.actor
MedicationDispense: subject receiver
MedicationRequest: subject
MedicationStatement: subject
NutritionOrder: patient
Observation: subject performer
Patient: link.other
Person: link.target
Procedure: subject performer.actor
ProcedureRequest: subject performer
Provenance: target
QuestionnaireResponse: subject author
ReferralRequest: subject requester.agent
RelatedPerson: patient
RequestGroup: subject action.participant
ResearchSubject: individual
RiskAssessment: subject
Schedule: actor
Specimen: subject
SupplyDelivery: patient
SupplyRequest: requester.agent
VisionPrescription: patient
"""

R5 = """
Account: subject
AdverseEvent: subject
AllergyIntolerance: patient participant.actor
Appointment: participant.actor
AppointmentResponse: actor
AuditEvent: patient
Basic: subject author
BiologicallyDerivedProductDispense: patient
BodyStructure: patient
CarePlan: subject
CareTeam: subject participant.member
ChargeItem: subject
Claim: patient payee.party
ClaimResponse: patient
ClinicalImpression: subject
Communication: subject sender recipient
CommunicationRequest: subject informationProvider recipient requester
Composition: subject author attester.party
Condition: subject participant.actor
Consent: subject
Contract: subject
Coverage: policyHolder subscriber beneficiary paymentBy.party
CoverageEligibilityRequest: patient
CoverageEligibilityResponse: patient
DetectedIssue: subject
DeviceAssociation: subject operation.operator
DeviceRequest: subject performer.reference
DeviceUsage: patient
DiagnosticReport: subject
DocumentReference: subject author
Encounter: subject
EncounterHistory: subject
EnrollmentRequest: candidate
EpisodeOfCare: patient
ExplanationOfBenefit: patient payee.party
FamilyMemberHistory: patient
Flag: subject
GenomicStudy: subject
Goal: subject
Group: member.entity
GuidanceResponse: subject
ImagingSelection: subject
ImagingStudy: subject
Immunization: patient
ImmunizationEvaluation: patient
ImmunizationRecommendation: patient
Invoice: subject recipient
List: subject source
MeasureReport: subject
MedicationAdministration: subject
MedicationDispense: subject receiver
MedicationRequest: subject
MedicationStatement: subject
MolecularSequence: subject
NutritionIntake: subject reportedReference
NutritionOrder: subject
Observation: subject performer
Patient: link.other
Person: link.target
Procedure: subject performer.actor
Provenance: patient
QuestionnaireResponse: subject author
RelatedPerson: patient
RequestOrchestration: subject action.participant.actorReference
ResearchSubject: subject
RiskAssessment: subject
Schedule: actor
ServiceRequest: subject performer
Specimen: subject
SupplyDelivery: patient
SupplyRequest: deliverFor
Task: for focus
VisionPrescription: patient
"""

# A mixed target under one of these names is who the record is about.
ABOUT = {"subject", "patient", "beneficiary", "individual"}
VERSIONS = ("stu3", "r4", "r5")


def load(path):
    with open(path, encoding="utf-8-sig") as f:
        return json.load(f)


def listed(text):
    table = {}
    for line in text.strip().splitlines():
        name, paths = line.split(":")
        table[name] = paths.split()
    return table


def r4_table(definition, parameters):
    expressions = {}
    for entry in load(parameters)["entry"]:
        parameter = entry["resource"]
        for base in parameter["base"]:
            expressions[base, parameter["code"]] = parameter.get("expression", "")
    table = {}
    for resource in load(definition)["resource"]:
        paths = []
        for code in resource.get("param", []):
            found = element_paths(resource["code"], expressions[resource["code"], code])
            if not found:
                sys.exit(f"no element for {resource['code']} {code}")
            paths += [p for p in found if p not in paths]
        if paths:
            table[resource["code"]] = paths
    return table


def element_paths(name, expression):
    """The element paths of one type in a search parameter's FHIRPath expression."""
    paths = []
    for part in expression.split("|"):
        part = part.strip().strip("()").strip()
        part = re.sub(r"\.where\(resolve\(\) is \w+\)?$", "", part)
        if part.startswith(name + "."):
            paths.append(part[len(name) + 1:])
    return paths


class Model:
    """The elements and resource types of one version."""

    def __init__(self, folder):
        self.elements = load(os.path.join(folder, "path2Type.json"))
        parents = load(os.path.join(folder, "type2Parent.json"))
        resource = {"DomainResource", "Resource", "CanonicalResource", "MetadataResource"}
        self.types = {t for t, p in parents.items() if p in resource} - resource

    def targets(self, name, path):
        """The target types of a Reference, {"*"} if it may be any; None if it is no Reference."""
        element = self.elements.get(f"{name}.{path}")
        if isinstance(element, dict) and element.get("code") == "Reference":
            targets = set(element.get("refType", []))
            return targets if targets and "Resource" not in targets else {"*"}
        if element == "Reference":
            return {"*"}
        outer, _, last = f"{name}.{path}".rpartition(".")
        if last == "reference" and self.elements.get(outer) == "CodeableReference":
            return {"*"}
        return None


def union(tables, models):
    """type -> path -> the target types that it has in R4 and R5 (the STU3 model has only one
    target of each Reference, so that a path of STU3 alone may name anything)."""
    result = {name: {} for m in models.values() for name in m.types}
    for version in VERSIONS:
        for name, paths in tables[version].items():
            if name not in models[version].types:
                sys.exit(f"{version}: {name} is no resource type")
            for path in paths:
                if models[version].targets(name, path) is None:
                    sys.exit(f"{version}: {name}.{path} is no Reference")
                result[name][path] = set()
    for name, paths in result.items():
        for path, targets in paths.items():
            for version in ("r4", "r5"):
                targets.update(models[version].targets(name, path) or ())
            targets.update(() if targets else ("*",))
            if not targets & {"Patient", "*"}:
                print(f"note: {name}.{path} names {sorted(targets)}", file=sys.stderr)
    return result


def check_stu3(table, path):
    known = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            name, _, element = line.rstrip("\n").split("\t")
            known.setdefault(name, set()).add(element.split(".", 1)[-1])
    missing = [f"{n}.{p}" for n, paths in table.items() for p in paths
               if p not in known.get(n.lower(), set())]
    print("stu3 paths without a search parameter:", ", ".join(missing) or "none",
          file=sys.stderr)


def render(table):
    members = sorted({p.split(".")[0] for paths in table.values() for p in paths})
    lines = [
        "/* SPDX-License-Identifier: Apache-2.0 */",
        "/*",
        " * Made by tests/synth/compartment_table.py from the definitions of FHIR STU3, R4 and R5;",
        " * change the script, not this file.",
        " */",
        '#include "record/compartment.h"',
        "",
        "/* clang-format off */",
        "const char *const medark_compartment_members[] = {",
    ]
    lines += [f'\t"{m}",' for m in members]
    lines += ["};", "",
              f"const size_t medark_compartment_member_count = {len(members)};", ""]
    arrays = {}
    for name in sorted(table):
        rows = path_rows(table[name], members)
        if rows and rows not in arrays:
            arrays[rows] = f"paths_{name}"
            lines += [f"static const struct medark_compartment_path {arrays[rows]}[] = {{"]
            lines += list(rows) + ["};", ""]
    lines += ["const struct medark_compartment medark_compartments[] = {"]
    for name in sorted(table):
        rows = path_rows(table[name], members)
        lines.append(f'\t{{ "{name}", {arrays.get(rows, "NULL")}, {len(rows)} }},')
    lines += ["};", "",
              f"const size_t medark_compartment_count = {len(table)};",
              "/* clang-format on */", ""]
    return "\n".join(lines)


def path_rows(paths, members):
    rows = []
    for path in sorted(paths):
        segments = path.split(".")
        flags = []
        if paths[path] == {"Patient"} or segments[-1] == "patient":
            flags.append("MEDARK_COMPARTMENT_ONLY")
        if segments[-1] in ABOUT:
            flags.append("MEDARK_COMPARTMENT_ABOUT")
        names = ", ".join(f'"{s}"' for s in segments)
        rows.append(f"\t{{ {{ {names} }}, {len(segments)}, {members.index(segments[0])}, "
                    f"{' | '.join(flags) or 0} }},")
    return tuple(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--r4-compartment", required=True)
    parser.add_argument("--r4-parameters", required=True)
    for version in VERSIONS:
        parser.add_argument(f"--model-{version}", required=True)
    parser.add_argument("--stu3-parameters")
    parser.add_argument("--output")
    parser.add_argument("--check")
    options = parser.parse_args()
    models = {v: Model(getattr(options, f"model_{v}")) for v in VERSIONS}
    tables = {"stu3": listed(STU3), "r5": listed(R5),
              "r4": r4_table(options.r4_compartment, options.r4_parameters)}
    if options.stu3_parameters:
        check_stu3(tables["stu3"], options.stu3_parameters)
    text = render(union(tables, models))
    if options.output:
        with open(options.output, "w", encoding="utf-8") as f:
            f.write(text)
    if options.check:
        with open(options.check, encoding="utf-8") as f:
            same = f.read() == text
        print("the table is as the definitions say" if same else "the table differs")
        sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
