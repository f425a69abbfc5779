# SPDX-License-Identifier: Apache-2.0
# CPack runs this over the staged tree before it packs it: Debian's documents, and nothing in it that
# depends on when it was built.
set(here ${CMAKE_CURRENT_LIST_DIR})
set(top ${CPACK_TEMPORARY_INSTALL_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX})
set(documents ${top}/share/doc/medark)

# What copyright says already.
file(REMOVE ${documents}/LICENSE)
file(COPY ${here}/copyright ${here}/changelog DESTINATION ${documents}
	FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
file(COPY ${here}/lintian-overrides DESTINATION ${top}/share/lintian/overrides
	FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
file(RENAME ${top}/share/lintian/overrides/lintian-overrides ${top}/share/lintian/overrides/medark)

file(GLOB pages ${top}/share/man/man1/*.1)
if(NOT pages)
	message(FATAL_ERROR "no manual pages in ${top}")
endif()
execute_process(COMMAND gzip -9n ${pages} ${documents}/changelog COMMAND_ERROR_IS_FATAL ANY)

if(DEFINED ENV{SOURCE_DATE_EPOCH})
	execute_process(COMMAND find ${CPACK_TEMPORARY_INSTALL_DIRECTORY} -exec
		touch --no-dereference --date=@$ENV{SOURCE_DATE_EPOCH} {} + COMMAND_ERROR_IS_FATAL ANY)
endif()
