/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys: the fixed key pairs of the fuzz targets, so that kept inputs that verify or open do so for
 * ever. They protect nothing.
 */
#ifndef MEDARK_FUZZ_KEYS_H
#define MEDARK_FUZZ_KEYS_H

#define FUZZ_SIGNER_KEY                                                                            \
	"-----BEGIN PRIVATE KEY-----\n"                                                            \
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5j/cz9ElpNo04PXm\n"                       \
	"yRJsN/W+qrPj0f8FUtvAESpAr2uhRANCAAQvQJnWeZVI6+ISG0kTe1Yj4XIQugBd\n"                       \
	"n7BqhfnTdFFNZomVADl3t7iUXEasMGrTG8yYPx8THCPSppTZzMwQ8RKI\n"                               \
	"-----END PRIVATE KEY-----\n"

#define FUZZ_SIGNER_CERTIFICATE                                                                    \
	"-----BEGIN CERTIFICATE-----\n"                                                            \
	"MIIBcDCCARWgAwIBAgIUXo2khXr3z+5uXGe+m+YeeLftw7gwCgYIKoZIzj0EAwIw\n"                       \
	"FjEUMBIGA1UEAwwLRnV6eiBzaWduZXIwIBcNMjAwMTAxMDAwMDAwWhgPMjA5OTEy\n"                       \
	"MzEwMDAwMDBaMBYxFDASBgNVBAMMC0Z1enogc2lnbmVyMFkwEwYHKoZIzj0CAQYI\n"                       \
	"KoZIzj0DAQcDQgAEL0CZ1nmVSOviEhtJE3tWI+FyELoAXZ+waoX503RRTWaJlQA5\n"                       \
	"d7e4lFxGrDBq0xvMmD8fExwj0qaU2czMEPESiKM/MD0wDAYDVR0TAQH/BAIwADAO\n"                       \
	"BgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFBO5pldP7k/iBIqbEgIh5TPqSBt4MAoG\n"                       \
	"CCqGSM49BAMCA0kAMEYCIQDWZB20n4DLzKBL8JgMTCBhDLqnTreTMSIkjiA1peXu\n"                       \
	"4AIhANqbiXh/9kdGhGt9p0mwUtkum4DBUfqApoRqsHg6dprc\n"                                       \
	"-----END CERTIFICATE-----\n"

#define FUZZ_RECIPIENT_KEY                                                                         \
	"-----BEGIN PRIVATE KEY-----\n"                                                            \
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQglkHPbgWlui6Y9fpK\n"                       \
	"yYEoAUd60lDTiTMOyHwQdhiC3oyhRANCAAQFW7jD1GmJ0IbXJXtWH+HG76A4wGdJ\n"                       \
	"waoMeDVoh5Zqjq/Pl7FlR+qo44cp43quq2Zbxc6Byei9E/grbG6j8xaO\n"                               \
	"-----END PRIVATE KEY-----\n"

#define FUZZ_RECIPIENT_CERTIFICATE                                                                 \
	"-----BEGIN CERTIFICATE-----\n"                                                            \
	"MIIBdTCCARugAwIBAgIUWCpHEwo/oF9mRaN378BtWVEs0f8wCgYIKoZIzj0EAwIw\n"                       \
	"GTEXMBUGA1UEAwwORnV6eiByZWNpcGllbnQwIBcNMjAwMTAxMDAwMDAwWhgPMjA5\n"                       \
	"OTEyMzEwMDAwMDBaMBkxFzAVBgNVBAMMDkZ1enogcmVjaXBpZW50MFkwEwYHKoZI\n"                       \
	"zj0CAQYIKoZIzj0DAQcDQgAEBVu4w9RpidCG1yV7Vh/hxu+gOMBnScGqDHg1aIeW\n"                       \
	"ao6vz5exZUfqqOOHKeN6rqtmW8XOgcnovRP4K2xuo/MWjqM/MD0wDAYDVR0TAQH/\n"                       \
	"BAIwADAOBgNVHQ8BAf8EBAMCAwgwHQYDVR0OBBYEFCabyGXwt2lf270UVHyzyKXT\n"                       \
	"wUlPMAoGCCqGSM49BAMCA0gAMEUCIA5iw5ACHSblR/jMgEabq1Mu0vcRSNthqWy9\n"                       \
	"5G/A/KJbAiEA5DPTuyGgo165c3oOZHZpB3VhekvT7jKTYlSCnPDVSdQ=\n"                               \
	"-----END CERTIFICATE-----\n"

#endif
