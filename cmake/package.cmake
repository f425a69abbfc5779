# SPDX-License-Identifier: Apache-2.0
# One Debian package: program, library, headers, manual pages, completion. Dependencies are found
# from the binaries (dpkg-shlibdeps). The preset "package" puts things where Debian has them; with
# SOURCE_DATE_EPOCH set, the same sources give the same bytes, wherever and whenever it is built.
set(here ${PROJECT_SOURCE_DIR}/cmake/debian)
file(STRINGS ${here}/changelog first LIMIT_COUNT 1)
if(NOT first MATCHES "^medark \\(${PROJECT_VERSION}\\) ")
	message(FATAL_ERROR "cmake/debian/changelog does not begin with version ${PROJECT_VERSION}")
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME medark)
set(CPACK_PACKAGE_VENDOR "The medark project")
set(CPACK_PACKAGE_CONTACT "The medark project <medark@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "open, signed, encrypted archives of patient records")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Exports patient records from a vendor's system into an archive that anybody
can verify with the signer's certificate, that only the chosen recipients can
open, and that gives back every file byte for byte, or one patient's chart.
The archive is one file in a documented format; tar, openssl, zstd and
sha256sum are enough to get everything back without this package.
.
This package has the program, the C library and its headers.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
	GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${here}/finish.cmake)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Loaded when `serve` starts, and when charts become a database: an outage is no time to install them.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
	"libmicrohttpd12 (>= 0.9.75) | libmicrohttpd12t64, libsqlite3-0 (>= 3.40)")
# Loaded when a FHIR server is a source; its name has changed with the width of time_t.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libcurl4 | libcurl4t64")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "openssl, zstd, pkcs11-provider | libengine-pkcs11-openssl")
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${here}/triggers ${here}/postinst)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
