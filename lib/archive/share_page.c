/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/share_page.h"

#include "base/text.h"

#include <qrencode.h>

MEDARK_DEFINE_AUTO(QRcode, QRcode_free)

#define QUIET 4 /* modules around the code that stay white (ISO/IEC 18004 section 6.3.8) */

static int write_head(const struct medark_share *share, const struct medark_share_caption *caption,
		      struct medark_buffer *out, struct medark_error *err)
{
	return medark_buffer_print(
		out, err,
		MEDARK_SHARE_TITLE
		"\n\n"
		"Part of a key that opens archives of patient records. Any %u of the %u shares\n"
		"give the key; fewer tell nothing. Keep it secret, and apart from the others.\n"
		"Deel van een sleutel die archieven met dossiers opent. Elke %u van de %u delen\n"
		"geven de sleutel; minder zeggen niets. Bewaar het geheim, apart van de andere.\n\n"
		"name:        %s\nmade:        %s\nsubject:     %s\n",
		share->threshold, share->count, share->threshold, share->count, caption->name,
		caption->made, caption->subject);
}

static int write_values(const struct medark_share *share, const struct medark_digest *certificate,
			struct medark_buffer *out, struct medark_error *err)
{
	char set[2 * MEDARK_SHARE_SET_SIZE + 1], public[2 * MEDARK_DIGEST_SIZE + 1];
	char fingerprint[2 * MEDARK_DIGEST_SIZE + 1];

	medark_text_hex(share->set, sizeof(share->set), set);
	medark_text_hex(share->public_key.bytes, MEDARK_DIGEST_SIZE, public);
	medark_text_hex(certificate->bytes, MEDARK_DIGEST_SIZE, fingerprint);
	return medark_buffer_print(out, err,
				   "certificate: %s\npublic key:  %s\n"
				   "set:         %s\nshare:       %u\nshares:      %u\n"
				   "threshold:   %u\ntype:        %s\n\n",
				   fingerprint, public, set, share->number, share->count,
				   share->threshold,
				   share->type == MEDARK_KEY_P384 ? "p384" : "p256");
}

static int write_rows(const struct medark_share *share, const char *line, struct medark_buffer *out,
		      struct medark_error *err)
{
	char row[MEDARK_SHARE_ROW_MAX];
	int code = 0;

	for (size_t i = 0; code == 0 && i < medark_share_rows(share); i++) {
		medark_share_row(share, i, row);
		code = medark_buffer_print(out, err, "%s\n", row);
	}
	medark_secret_wipe(row, sizeof(row));
	MEDARK_TRY(code);
	return medark_buffer_print(out, err, "check: %s\n\n", strrchr(line, ':') + 1);
}

/* Dark? Outside of the code nothing is. */
static bool is_dark(const QRcode *code, int x, int y)
{
	return x >= 0 && x < code->width && y >= 0 && y < code->width &&
	       code->data[y * code->width + x] & 1;
}

/* Two modules in a character, one above the other. */
static int write_code(const QRcode *code, struct medark_buffer *out, struct medark_error *err)
{
	static const char *const blocks[] = { " ", "\u2580", "\u2584", "\u2588" };

	for (int y = 0; y < code->width; y += 2) {
		MEDARK_TRY(medark_buffer_print(out, err, "%*s", QUIET, ""));
		for (int x = 0; x < code->width; x++)
			MEDARK_TRY(medark_buffer_text(
				out, blocks[is_dark(code, x, y) | is_dark(code, x, y + 1) << 1],
				err));
		MEDARK_TRY(medark_buffer_text(out, "\n", err));
	}
	return 0;
}

/* SEC 1's ECPrivateKey around the number, in octal as printf(1) takes it. */
static int write_procedure(const struct medark_share *share, struct medark_buffer *out,
			   struct medark_error *err)
{
	bool is_p384 = share->type == MEDARK_KEY_P384;

	return medark_buffer_print(
		out, err,
		"\nWith medark:  medark key join *.share-*.txt --out KEY.pem\n"
		"Without (coreutils, libgfshare-bin, openssl), in a folder with %u of the files:\n"
		"  umask 077\n"
		"  for f in *.share-*.txt; do n=$(sed -n 's/^share: *//p' \"$f\")\n"
		"    sed -n 's/^[1-6]) \\(.*\\) = .*/\\1/p' \"$f\" | tr -d ' \\n' |\n"
		"      basenc -d --base16 > \"$(printf 'raw.%%03d' \"$n\")\"; done\n"
		"  gfcombine -o joined raw.*\n"
		"  { printf '%s'; cat joined\n"
		"    printf '%s'; } |\n"
		"    openssl pkey -inform DER -out KEY.pem\n"
		"  openssl pkey -in KEY.pem -pubout -outform DER | sha256sum  # the public key\n"
		"  shred -u raw.* joined  # and KEY.pem, as soon as it is not needed any more\n",
		share->threshold,
		is_p384 ? "\\060\\076\\002\\001\\001\\004\\060"
			: "\\060\\061\\002\\001\\001\\004\\040",
		is_p384 ? "\\240\\007\\006\\005\\053\\201\\004\\000\\042"
			: "\\240\\012\\006\\010\\052\\206\\110\\316\\075\\003\\001\\007");
}

int medark_share_page_write(const struct medark_share *share,
			    const struct medark_share_caption *caption, struct medark_buffer *out,
			    struct medark_error *err)
{
	MEDARK_AUTO(QRcode_free) QRcode *code = NULL;
	char line[MEDARK_SHARE_LINE_MAX];
	int result;

	medark_share_line(share, line);
	/* The smallest code that takes it; a seventh of it may be unreadable (level M). */
	code = QRcode_encodeString(line, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	result =
		code ? write_head(share, caption, out, err) : medark_error_memory(err, "a QR code");
	if (result == 0)
		result = write_values(share, caption->certificate, out, err);
	if (result == 0)
		result = write_rows(share, line, out, err);
	medark_secret_wipe(line, sizeof(line));
	MEDARK_TRY(result);
	MEDARK_TRY(write_code(code, out, err));
	return write_procedure(share, out, err);
}
