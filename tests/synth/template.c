/* SPDX-License-Identifier: Apache-2.0 */
#include "template.h"

/* clang-format off */
#define START(type) \
	"{'resourceType':'" type "','id':'$id','meta':{'versionId':'$version'," \
	"'lastUpdated':'$updated'},"
#define NUMBER(name) \
	"'identifier':[{'system':'http://example.nl/fhir/" name "','value':'$number'}],"
#define SUBJECT "{'reference':'$subject','display':'$subject_name'}"
#define PERFORMER "{'reference':'$performer','display':'$performer_name'}"
#define CODE(system) \
	"{'coding':[{'system':'" system "','code':'$code','display':'$display'}],'text':'$text'}"
#define FIXED(system, code, display) \
	"{'coding':[{'system':'" system "','code':'" code "','display':'" display "'}]," \
	"'text':'" display "'}"
#define DIV(html) "<div xmlns=\\'http://www.w3.org/1999/xhtml\\'>" html "</div>"
#define EXTENSION(name, kind, value) \
	"{'url':'http://hl7.org/fhir/StructureDefinition/" name "','" kind "':'" value "'}"

#define SNOMED "http://snomed.info/sct"
#define LOINC "http://loinc.org"
#define ATC "http://www.whocc.no/atc"
#define ICPC "http://hl7.org/fhir/sid/icpc-1-nl"
#define UCUM "http://unitsofmeasure.org"
#define ARTICLE "http://example.nl/fhir/geneesmiddel"
#define HL7(set) "http://terminology.hl7.org/CodeSystem/" set

#define QUANTITY(value) \
	"{'value':" value ",'unit':'$unit','system':'" UCUM "','code':'$unit'}"
#define LIMIT(value) "{'value':" value ",'unit':'$unit'}"
#define PRODUCT \
	"{'coding':[{'system':'" ARTICLE "','code':'$code','display':'$text'}," \
	"{'system':'" ATC "','code':'$atc','display':'$display'}],'text':'$text'}"
#define DOSAGE \
	"[{'sequence':1,'text':'$dose','timing':{'repeat':{'frequency':$quantity,'period':1," \
	"'periodUnit':'d'}},'route':{'coding':[{'system':'" SNOMED "','code':'$type'," \
	"'display':'$type_text'}],'text':'$type_text'},'doseAndRate':[{'doseQuantity':{" \
	"'value':1,'unit':'$dose_unit','system':'" UCUM "','code':'1'}}]}]"

const char *const synth_templates[SYNTH_TEMPLATE_MAX] = {
[T_PATIENT] =
	START("Patient")
	"'text':{'status':'generated','div':'" DIV("<table><tbody><tr><td>Naam</td>"
	"<td>$subject_name</td></tr><tr><td>Geboren</td><td>$birth</td></tr><tr><td>Adres</td>"
	"<td>$street $house, $postcode $city</td></tr></tbody></table>") "'},"
	"'extension':[{'url':'http://hl7.org/fhir/StructureDefinition/patient-nationality',"
	"'extension':[{'url':'code','valueCodeableConcept':{'coding':[{"
	"'system':'urn:oid:2.16.840.1.113883.2.4.4.16.32','code':'0001',"
	"'display':'Nederlandse'}]}}]}],'identifier':[",
[T_PATIENT_BSN] =
	"{'use':'official','system':'http://fhir.nl/fhir/NamingSystem/bsn','value':'$bsn'},",
[T_PATIENT_NAME] =
	"{'use':'usual','type':" FIXED(HL7("v2-0203"), "MR", "Medical record number") ","
	"'system':'http://example.nl/fhir/patient-nummer','value':'$number',"
	"'assigner':{'reference':'$organization','display':'$organization_name'}}],"
	"'active':$active,'name':[{'extension':["
	EXTENSION("humanname-assembly-order", "valueCode", "$code") "],"
	"'use':'official','text':'$subject_name','family':'$family','_family':{'extension':[",
[T_PATIENT_OWN_PREFIX] =
	EXTENSION("humanname-own-prefix", "valueString", "$own_prefix") ",",
[T_PATIENT_OWN_NAME] =
	EXTENSION("humanname-own-name", "valueString", "$own_name"),
[T_PATIENT_PARTNER_PREFIX] =
	"," EXTENSION("humanname-partner-prefix", "valueString", "$partner_prefix"),
[T_PATIENT_PARTNER_NAME] =
	"," EXTENSION("humanname-partner-name", "valueString", "$partner_name"),
[T_PATIENT_GIVEN] =
	"]},'given':['$given','$initials'],'_given':["
	"{'extension':[" EXTENSION("iso21090-EN-qualifier", "valueCode", "CL") "]},"
	"{'extension':[" EXTENSION("iso21090-EN-qualifier", "valueCode", "IN") "]}]}],"
	"'telecom':[{'system':'phone','value':'$phone','use':'home'},"
	"{'system':'phone','value':'$mobile','use':'mobile'}",
[T_PATIENT_EMAIL] =
	",{'system':'email','value':'$email','use':'home'}",
[T_PATIENT_BIRTH] =
	"],'gender':'$gender','birthDate':'$birth',",
[T_PATIENT_ALIVE] =
	"'deceasedBoolean':false,",
[T_PATIENT_DEAD] =
	"'deceasedDateTime':'$end',",
[T_PATIENT_ADDRESS] =
	"'address':[{'use':'home','type':'both','line':['$street $house'],"
	"'_line':[{'extension':[" EXTENSION("iso21090-ADXP-streetName", "valueString", "$street")
	"," EXTENSION("iso21090-ADXP-houseNumber", "valueString", "$house") "]}],"
	"'city':'$city','postalCode':'$postcode','country':'NL'}],"
	"'maritalStatus':{'coding':[{'system':'" HL7("v3-MaritalStatus") "','code':'$marital',"
	"'display':'$marital_text'}]},'communication':[{'language':"
	FIXED("urn:ietf:bcp:47", "nl-NL", "Nederlands (Nederland)") ",'preferred':true}],"
	"'generalPractitioner':[" PERFORMER "],"
	"'managingOrganization':{'reference':'$organization','display':'$organization_name'}",
[T_PATIENT_LINK] =
	",'link':[{'other':{'reference':'$other'},'type':'replaced-by'}]",
[T_ENCOUNTER] =
	START("Encounter"),
[T_ENCOUNTER_NOTE] =
	"'text':{'status':'additional','div':'" DIV("$body") "'},",
[T_ENCOUNTER_END] =
	NUMBER("contact-nummer")
	"'status':'finished','class':{'system':'" HL7("v3-ActCode") "','code':'$code',"
	"'display':'$display'},'type':[{'coding':[{'system':'" SNOMED "','code':'$type',"
	"'display':'$type_text'}],'text':'$text'}],'subject':" SUBJECT ","
	"'participant':[{'type':[" FIXED(HL7("v3-ParticipationType"), "PPRF", "primary performer")
	"],'individual':" PERFORMER "}],"
	"'period':{'start':'$time','end':'$end'},'length':{'value':$minutes,'unit':'min',"
	"'system':'" UCUM "','code':'min'},"
	"'reasonCode':[{'coding':[{'system':'" ICPC "','code':'$icpc','display':'$reason_text'},"
	"{'system':'" SNOMED "','code':'$reason','display':'$reason_text'}],"
	"'text':'$reason_text'}],"
	"'location':[{'location':{'reference':'$location','display':'$location_name'},"
	"'status':'completed'}],"
	"'serviceProvider':{'reference':'$organization','display':'$organization_name'}}",
[T_CONDITION] =
	START("Condition")
	NUMBER("episode-nummer")
	"'clinicalStatus':{'coding':[{'system':'" HL7("condition-clinical") "','code':'$status'}]},"
	"'verificationStatus':{'coding':[{'system':'" HL7("condition-ver-status") "',"
	"'code':'confirmed'}]},'category':[{'coding':[{'system':'" HL7("condition-category") "',"
	"'code':'problem-list-item','display':'Problem List Item'}],'text':'Episode'}],"
	"'code':{'coding':[{'system':'" ICPC "','code':'$icpc','display':'$text'},"
	"{'system':'" SNOMED "','code':'$code','display':'$text'}],'text':'$text'},"
	"'subject':" SUBJECT ",'encounter':{'reference':'$encounter'},'onsetDateTime':'$date',",
[T_CONDITION_ABATED] =
	"'abatementDateTime':'$end',",
[T_CONDITION_END] =
	"'recordedDate':'$time','recorder':" PERFORMER "}",
[T_OBSERVATION] =
	START("Observation")
	NUMBER("uitslag-nummer")
	"'status':'final','category':[{'coding':[{'system':'" HL7("observation-category") "',"
	"'code':'$type','display':'$type_text'}]}],'code':" CODE(LOINC) ","
	"'subject':" SUBJECT ",'encounter':{'reference':'$encounter'},"
	"'effectiveDateTime':'$time','issued':'$issued','performer':[{'reference':'$performer'}],",
[T_OBSERVATION_QUANTITY] =
	"'valueQuantity':" QUANTITY("$value"),
[T_OBSERVATION_RANGE] =
	",'interpretation':[{'coding':[{'system':'" HL7("v3-ObservationInterpretation") "',"
	"'code':'$flag','display':'$flag_text'}]}],"
	"'referenceRange':[{'low':" LIMIT("$low") ",'high':" LIMIT("$high") "}]",
[T_OBSERVATION_PRESSURE] =
	"'bodySite':" FIXED(SNOMED, "368208006", "linker bovenarm") ","
	"'component':[{'code':" FIXED(LOINC, "8480-6", "Systolische bloeddruk") ","
	"'valueQuantity':" QUANTITY("$high") "},"
	"{'code':" FIXED(LOINC, "8462-4", "Diastolische bloeddruk") ","
	"'valueQuantity':" QUANTITY("$low") "}]",
[T_OBSERVATION_FINDING] =
	"'valueCodeableConcept':{'coding':[{'system':'" SNOMED "','code':'$value',"
	"'display':'$finding'}],'text':'$finding'}",
[T_REPORT] =
	START("DiagnosticReport")
	NUMBER("aanvraag-nummer")
	"'status':'final','category':[{'coding':[{'system':'" HL7("v2-0074") "','code':'LAB',"
	"'display':'Laboratory'}],'text':'Laboratorium'}],'code':" CODE(LOINC) ","
	"'subject':" SUBJECT ",'encounter':{'reference':'$encounter'},"
	"'effectiveDateTime':'$time','issued':'$issued',"
	"'performer':[{'reference':'$organization','display':'$organization_name'}],"
	"'resultsInterpreter':[" PERFORMER "],'result':[",
[T_REPORT_RESULT] =
	"{'reference':'$reference','display':'$finding'}",
[T_REPORT_END] =
	"],'conclusion':'$reason_text'}",
[T_REQUEST] =
	START("MedicationRequest")
	NUMBER("recept-nummer")
	"'status':'$status','intent':'order','category':["
	FIXED(HL7("medicationrequest-category"), "community", "Community") "],",
[T_REQUEST_CODE] =
	"'medicationCodeableConcept':" PRODUCT ",",
[T_REQUEST_REFERENCE] =
	"'medicationReference':{'reference':'$medication','display':'$text'},",
[T_REQUEST_END] =
	"'subject':" SUBJECT ",'encounter':{'reference':'$encounter'},'authoredOn':'$time',"
	"'requester':" PERFORMER ",'reasonReference':[{'reference':'$condition',"
	"'display':'$reason_text'}],'dosageInstruction':" DOSAGE ","
	"'dispenseRequest':{'validityPeriod':{'start':'$date','end':'$end'},"
	"'numberOfRepeatsAllowed':0,'quantity':{'value':$size,'unit':'$dose_unit',"
	"'system':'" UCUM "','code':'1'},'expectedSupplyDuration':{'value':90,'unit':'dag',"
	"'system':'" UCUM "','code':'d'},"
	"'performer':{'reference':'$organization','display':'$organization_name'}}}",
[T_STATEMENT] =
	START("MedicationStatement")
	NUMBER("medicatie-nummer")
	"'status':'$status','category':"
	FIXED(HL7("medication-statement-category"), "community", "Community") ","
	"'medicationCodeableConcept':" PRODUCT ",'subject':" SUBJECT ","
	"'context':{'reference':'$encounter'},",
[T_STATEMENT_PERIOD] =
	"'effectivePeriod':{'start':'$date'},",
[T_STATEMENT_STOPPED] =
	"'effectivePeriod':{'start':'$date','end':'$end'},",
[T_STATEMENT_END] =
	"'dateAsserted':'$time','informationSource':" PERFORMER ","
	"'reasonReference':[{'reference':'$condition','display':'$reason_text'}],"
	"'dosage':" DOSAGE "}",
[T_ALLERGY] =
	START("AllergyIntolerance")
	NUMBER("allergie-nummer")
	"'clinicalStatus':{'coding':[{'system':'" HL7("allergyintolerance-clinical") "',"
	"'code':'active'}]},'verificationStatus':{'coding':[{'system':'"
	HL7("allergyintolerance-verification") "','code':'$status'}]},'type':'$type',"
	"'category':['$allergy_category'],'criticality':'$flag','code':" CODE(SNOMED) ","
	"'patient':" SUBJECT ",'onsetDateTime':'$date','recordedDate':'$time',"
	"'recorder':" PERFORMER ",'reaction':[{'manifestation':[{'coding':[{"
	"'system':'" SNOMED "','code':'$value','display':'$finding'}],'text':'$finding'}],"
	"'severity':'$status_text'}]}",
[T_APPOINTMENT] =
	START("Appointment")
	NUMBER("afspraak-nummer")
	"'status':'$status','serviceType':[{'coding':[{'system':'" SNOMED "','code':'$type',"
	"'display':'$type_text'}],'text':'$text'}],'appointmentType':{'coding':[{"
	"'system':'" HL7("v2-0276") "','code':'$code','display':'$display'}]},"
	"'description':'$text: $reason_text','start':'$time','end':'$end',"
	"'minutesDuration':$minutes,'created':'$issued','participant':["
	"{'actor':" SUBJECT ",'required':'required','status':'accepted'},",
[T_APPOINTMENT_OTHER] =
	"{'actor':{'reference':'$other','display':'$other_name'},'required':'optional',"
	"'status':'tentative'},",
[T_APPOINTMENT_END] =
	"{'actor':" PERFORMER ",'required':'required','status':'accepted'},"
	"{'actor':{'reference':'$location','display':'$location_name'},'required':'required',"
	"'status':'accepted'}]}",
[T_PROCEDURE] =
	START("Procedure")
	NUMBER("verrichting-nummer")
	"'status':'completed','category':{'coding':[{'system':'" SNOMED "','code':'$type',"
	"'display':'$type_text'}],'text':'$type_text'},'code':" CODE(SNOMED) ","
	"'subject':" SUBJECT ",'encounter':{'reference':'$encounter'},"
	"'performedPeriod':{'start':'$time','end':'$end'},"
	"'performer':[{'actor':" PERFORMER ",'onBehalfOf':{'reference':'$organization',"
	"'display':'$organization_name'}}]",
[T_PROCEDURE_REASON] =
	",'reasonReference':[{'reference':'$condition','display':'$reason_text'}]",
[T_IMMUNIZATION] =
	START("Immunization")
	NUMBER("vaccinatie-nummer")
	"'status':'completed','vaccineCode':{'coding':[{'system':'" ATC "','code':'$atc',"
	"'display':'$display'}],'text':'$text'},'patient':" SUBJECT ","
	"'occurrenceDateTime':'$date','primarySource':true,"
	"'lotNumber':'$value','site':" FIXED(SNOMED, "368208006", "linker bovenarm") ","
	"'route':" FIXED(SNOMED, "78421000", "intramusculair") ","
	"'doseQuantity':{'value':0.5,'unit':'ml','system':'" UCUM "','code':'mL'},"
	"'performer':[{'function':{'coding':[{'system':'" HL7("v2-0443") "','code':'AP',"
	"'display':'Administering Provider'}]},'actor':" PERFORMER "}],"
	"'protocolApplied':[{'series':'$title','doseNumberPositiveInt':$quantity}]}",
[T_DOCUMENT] =
	START("DocumentReference")
	"'masterIdentifier':{'system':'http://example.nl/fhir/document-nummer','value':'$number'},"
	"'status':'current','docStatus':'final','type':" CODE(LOINC) ","
	"'category':[{'coding':[{'system':'" LOINC "','code':'$type','display':'$type_text'}]}],"
	"'subject':" SUBJECT ",'date':'$issued','author':[" PERFORMER "],"
	"'custodian':{'reference':'$organization','display':'$organization_name'},"
	"'description':'$text: $reason_text','content':[{'attachment':{",
[T_DOCUMENT_INLINE] =
	"'contentType':'text/plain; charset=utf-8','language':'nl-NL','data':'$body',",
[T_DOCUMENT_BINARY] =
	"'contentType':'application/pdf','language':'nl-NL','url':'$reference',",
[T_DOCUMENT_END] =
	"'size':$size,'title':'$text','creation':'$time'}}],"
	"'context':{'encounter':[{'reference':'$encounter'}],"
	"'period':{'start':'$time','end':'$time'}}}",
[T_BINARY] =
	START("Binary")
	"'contentType':'application/pdf','securityContext':{'reference':'$subject'},"
	"'data':'$body'}",
[T_CARE_PLAN] =
	START("CarePlan")
	NUMBER("zorgplan-nummer")
	"'status':'active','intent':'plan','category':[{'coding':[{'system':'" SNOMED "',"
	"'code':'$code','display':'$display'}],'text':'$text'}],'title':'$title',"
	"'description':'$plan','subject':" SUBJECT ",'encounter':{'reference':'$encounter'},"
	"'period':{'start':'$date','end':'$end'},'created':'$time','author':" PERFORMER ","
	"'addresses':[{'reference':'$condition','display':'$reason_text'}],"
	"'activity':[",
[T_CARE_PLAN_ACTIVITY] =
	"{'detail':{'kind':'ServiceRequest','code':{'text':'$finding'},'status':'$status',"
	"'scheduledString':'$begin','performer':[" PERFORMER "],'description':'$body'}}",
[T_CARE_PLAN_END] =
	"]}",
[T_FLAG] =
	START("Flag")
	NUMBER("signalering-nummer")
	"'status':'active','category':[{'coding':[{'system':'" HL7("flag-category") "',"
	"'code':'$type','display':'$type_text'}]}],'code':" CODE(SNOMED) ","
	"'subject':" SUBJECT ",'period':{'start':'$date'},'encounter':{'reference':'$encounter'},"
	"'author':" PERFORMER "}",
[T_COVERAGE] =
	START("Coverage")
	NUMBER("polis-nummer")
	"'status':'active','type':" FIXED(HL7("v3-ActCode"), "PUBLICPOL", "Basisverzekering") ","
	"'subscriberId':'$value','beneficiary':" SUBJECT ",'relationship':"
	FIXED(HL7("subscriber-relationship"), "self", "Self") ",'period':{'start':'$date',"
	"'end':'$end'},'payor':[{'reference':'$organization','display':'$organization_name'}]}",
[T_CONSENT] =
	START("Consent")
	NUMBER("toestemming-nummer")
	"'status':'active','scope':" FIXED(HL7("consentscope"), "patient-privacy", "Privacy Consent")
	",'category':[{'coding':[{'system':'" LOINC "','code':'59284-0','display':'Consent'}]}],"
	"'patient':" SUBJECT ",'dateTime':'$time',"
	"'organization':[{'reference':'$organization','display':'$organization_name'}],"
	"'policyRule':{'coding':[{'system':'" HL7("v3-ActCode") "','code':'$code'}],'text':'$text'},"
	"'provision':{'type':'$type','period':{'start':'$date'},'purpose':[{"
	"'system':'" HL7("v3-ActReason") "','code':'TREAT','display':'treatment'}]}}",
[T_ORGANIZATION] =
	START("Organization")
	"'identifier':[{'system':'http://fhir.nl/fhir/NamingSystem/agb-z','value':'$number'}],"
	"'active':true,'type':[{'coding':[{"
	"'system':'http://nictiz.nl/fhir/NamingSystem/organization-type','code':'$code',"
	"'display':'$display'}],'text':'$text'}],'name':'$organization_name',"
	"'telecom':[{'system':'phone','value':'$phone','use':'work'}],"
	"'address':[{'use':'work','type':'both','line':['$street $house'],'city':'$city',"
	"'postalCode':'$postcode','country':'NL'}]}",
[T_PRACTITIONER] =
	START("Practitioner")
	"'identifier':[{'system':'http://fhir.nl/fhir/NamingSystem/uzi-nr-pers','value':'$number'}],"
	"'active':true,'name':[{'use':'official','text':'$performer_name','family':'$family',"
	"'given':['$given']}],'telecom':[{'system':'phone','value':'$phone','use':'work'}],"
	"'gender':'$gender','qualification':[{'code':{'text':'$text'}}]}",
[T_ROLE] =
	START("PractitionerRole")
	"'active':true,'practitioner':" PERFORMER ",'organization':{'reference':'$organization',"
	"'display':'$organization_name'},'code':[" CODE(SNOMED) "],"
	"'location':[{'reference':'$location','display':'$location_name'}],"
	"'availableTime':[{'daysOfWeek':['mon','tue','wed','thu','fri'],"
	"'availableStartTime':'08:00:00','availableEndTime':'17:00:00'}]}",
[T_LOCATION] =
	START("Location")
	NUMBER("locatie-nummer")
	"'status':'active','name':'$location_name','mode':'instance',"
	"'telecom':[{'system':'phone','value':'$phone','use':'work'}],"
	"'address':{'use':'work','line':['$street $house'],'city':'$city',"
	"'postalCode':'$postcode','country':'NL'},"
	"'managingOrganization':{'reference':'$organization','display':'$organization_name'}}",
[T_MEDICATION] =
	START("Medication")
	"'code':" PRODUCT ",'status':'active','form':{'text':'$dose_unit'}}",
[T_NOTE] =
	"<p>S: $reason_text. $title</p><p>O: $finding</p><p>E: $text ($icpc)</p><p>P: $plan</p>",
[T_LETTER] =
	"$organization_name\n$performer_name\n\nDatum: $date\nBetreft: $subject_name, geboren "
	"$birth, $street $house, $postcode $city\nPatientnummer: $reference\n\nGeachte collega,\n\n"
	"$title $reason_text.",
[T_LETTER_FINDING] =
	"\n\nBij onderzoek: $finding\n",
[T_LETTER_MEDICATION] =
	"Medicatie: $text, $dose\n",
[T_LETTER_RESULT] =
	"$display: $value $unit (referentie $low - $high)\n",
[T_LETTER_END] =
	"\nConclusie: $reason_text, $status_text.\nBeleid: $plan\n\n"
	"Met vriendelijke groet,\n\n$performer_name\n$organization_name\n",
[T_SCAN] =
	"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
	"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
	"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R"
	"/Resources<</Font<</F1 4 0 R>>>>>>\nendobj\n"
	"4 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>\nendobj\n"
	"5 0 obj\n<</Length 6 0 R>>\nstream\n",
[T_SCAN_LINE] =
	"($display: $value $unit) Tj T*\n",
[T_SCAN_END] =
	"\nendstream\nendobj\n6 0 obj\n$size\nendobj\n",
[T_SCAN_TABLE] =
	"trailer\n<</Size 7/Root 1 0 R>>\nstartxref\n$size\n%%EOF\n",
[T_BUNDLE] =
	"{'resourceType':'Bundle','type':'transaction','entry':[",
[T_BUNDLE_ENTRY] =
	"{'fullUrl':'urn:uuid:$id','resource':",
[T_BUNDLE_REQUEST] =
	",'request':{'method':'PUT','url':'$reference'}}",
[T_BUNDLE_END] =
	"]}\n",
[T_FAULT_DUPLICATE] =
	"{'resourceType':'Encounter','id':'$id','status':'cancelled','class':{"
	"'system':'" HL7("v3-ActCode") "','code':'AMB'},'subject':{'reference':'$subject'}}\n",
[T_FAULT_UTF8] =
	"{'resourceType':'Condition','id':'$id','code':{'text':'$text'},"
	"'subject':{'reference':'$subject'}}\n",
[T_FAULT_NO_TYPE] =
	"{'id':'$id','status':'completed','code':{'text':'Verrichting'},"
	"'subject':{'reference':'$subject'}}\n",
[T_FAULT_UNKNOWN] =
	"{'resourceType':'Observation','id':'$id','status':'final','code':{'text':'Gewicht'},"
	"'subject':{'reference':'$other'},'valueString':'70 kg'}\n",
[T_FAULT_UNUSABLE] =
	"{'resourceType':'Observation','id':'$id','status':'final','code':{'text':'Gewicht'},"
	"'subject':{'reference':'de buurman'},'valueString':'71 kg'}\n",
[T_FAULT_BROKEN] =
	"{'resourceType':'Observation','id':'$id','status':'final','code':{'text':'Gewi",
};
/* clang-format on */
