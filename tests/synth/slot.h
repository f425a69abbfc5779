/* SPDX-License-Identifier: Apache-2.0 */
/* slot: the places in a template that a value can be put into; `$name` in the template's text. */
#ifndef SYNTH_SLOT_H
#define SYNTH_SLOT_H

#define SYNTH_SLOTS(X)                                                                             \
	X(active)                                                                                  \
	X(allergy_category)                                                                        \
	X(atc)                                                                                     \
	X(begin)                                                                                   \
	X(birth)                                                                                   \
	X(body)                                                                                    \
	X(bsn)                                                                                     \
	X(city)                                                                                    \
	X(code)                                                                                    \
	X(condition)                                                                               \
	X(date)                                                                                    \
	X(display)                                                                                 \
	X(dose)                                                                                    \
	X(dose_unit)                                                                               \
	X(email)                                                                                   \
	X(encounter)                                                                               \
	X(end)                                                                                     \
	X(family)                                                                                  \
	X(finding)                                                                                 \
	X(flag)                                                                                    \
	X(flag_text)                                                                               \
	X(gender)                                                                                  \
	X(given)                                                                                   \
	X(high)                                                                                    \
	X(house)                                                                                   \
	X(icpc)                                                                                    \
	X(id)                                                                                      \
	X(initials)                                                                                \
	X(issued)                                                                                  \
	X(location)                                                                                \
	X(location_name)                                                                           \
	X(low)                                                                                     \
	X(marital)                                                                                 \
	X(marital_text)                                                                            \
	X(medication)                                                                              \
	X(minutes)                                                                                 \
	X(mobile)                                                                                  \
	X(number)                                                                                  \
	X(organization)                                                                            \
	X(organization_name)                                                                       \
	X(other)                                                                                   \
	X(other_name)                                                                              \
	X(own_name)                                                                                \
	X(own_prefix)                                                                              \
	X(partner_name)                                                                            \
	X(partner_prefix)                                                                          \
	X(performer)                                                                               \
	X(performer_name)                                                                          \
	X(phone)                                                                                   \
	X(plan)                                                                                    \
	X(postcode)                                                                                \
	X(quantity)                                                                                \
	X(reason)                                                                                  \
	X(reason_text)                                                                             \
	X(reference)                                                                               \
	X(size)                                                                                    \
	X(status)                                                                                  \
	X(status_text)                                                                             \
	X(street)                                                                                  \
	X(subject)                                                                                 \
	X(subject_name)                                                                            \
	X(system)                                                                                  \
	X(text)                                                                                    \
	X(time)                                                                                    \
	X(title)                                                                                   \
	X(type)                                                                                    \
	X(type_text)                                                                               \
	X(unit)                                                                                    \
	X(updated)                                                                                 \
	X(value)                                                                                   \
	X(version)

#define SYNTH_SLOT_NAME(name) SLOT_##name,
enum synth_slot { SYNTH_SLOTS(SYNTH_SLOT_NAME) SLOT_MAX };
#undef SYNTH_SLOT_NAME

#endif
