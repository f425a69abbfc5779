# SPDX-License-Identifier: Apache-2.0
# The units of unattended runs and of the service, and their user; the package enables none. They go below the prefix,
# where systemd looks for those of /usr and /usr/local.
set(MEDARK_UNITS ${PROJECT_BINARY_DIR}/systemd)
configure_file(${PROJECT_SOURCE_DIR}/cmake/systemd/medark@.service.in
	${MEDARK_UNITS}/medark@.service @ONLY)
configure_file(${PROJECT_SOURCE_DIR}/cmake/systemd/medark@.timer ${MEDARK_UNITS}/medark@.timer
	COPYONLY)
configure_file(${PROJECT_SOURCE_DIR}/cmake/systemd/medark-serve.service.in
	${MEDARK_UNITS}/medark-serve.service @ONLY)
install(FILES ${MEDARK_UNITS}/medark@.service ${MEDARK_UNITS}/medark@.timer
	${MEDARK_UNITS}/medark-serve.service
	DESTINATION lib/systemd/system)
install(FILES ${PROJECT_SOURCE_DIR}/cmake/systemd/sysusers.conf RENAME medark.conf
	DESTINATION lib/sysusers.d)
