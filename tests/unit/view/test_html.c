/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "view/html.h"

#define EXPECT(in, want)                                                                           \
	expect(medark_bytes((in), sizeof(in) - 1), medark_bytes((want), sizeof(want) - 1))

static void expect(struct medark_bytes in, struct medark_bytes want)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(4096);
	struct medark_error err;

	assert_int_equal(medark_html_text(&out, in, &err), 0);
	assert_int_equal(out.size, want.size);
	if (want.size)
		assert_memory_equal(out.data, want.data, want.size);
}

static void markup_becomes_text(void **state)
{
	(void)state;
	EXPECT("", "");
	EXPECT("plain, 1.10 mmol/l", "plain, 1.10 mmol/l");
	EXPECT("<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
	EXPECT("\" onmouseover=\"x", "&quot; onmouseover=&quot;x");
	EXPECT("a & b &lt;", "a &amp; b &amp;lt;");
	EXPECT("</title", "&lt;/title");
}

static void letters_of_all_scripts_stay(void **state)
{
	(void)state;
	EXPECT("N\xc3\xba\xc3\xb1"
	       "ez \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xf0\x9f\x98\x80",
	       "N\xc3\xba\xc3\xb1"
	       "ez \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xf0\x9f\x98\x80");
	EXPECT("a\tb\nc", "a\tb\nc");
	EXPECT("a\r\nb", "a\nb");
}

static void what_is_drawn_as_something_else_is_visible(void **state)
{
	(void)state;
	EXPECT("a\0b", "a\xe2\x90\x80"
		       "b");
	EXPECT("\x1b[2J\x7f", "\xe2\x90\x9b[2J\xe2\x90\xa1");
	EXPECT("\xc2\x85", "\xef\xbf\xbd");			/* NEL, a C1 control */
	EXPECT("x\xe2\x80\xaetxt.exe", "x\xef\xbf\xbdtxt.exe"); /* U+202E */
	EXPECT("\xe2\x81\xa6", "\xef\xbf\xbd");			/* U+2066 */
	EXPECT("\xef\xb7\x90\xef\xbf\xbe\xf0\x9f\xbf\xbf",
	       "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* noncharacters */
	EXPECT("\xef\xbb\xbfx", "x");
	EXPECT("a\xe2\x80\xa8"
	       "b",
	       "a\nb");
}

static void what_is_no_utf8_is_replaced_byte_by_byte(void **state)
{
	(void)state;
	EXPECT("a\xff"
	       "b",
	       "a\xef\xbf\xbd"
	       "b");
	EXPECT("\xc3", "\xef\xbf\xbd");
	EXPECT("\xc0\xbcscript", "\xef\xbf\xbd\xef\xbf\xbdscript"); /* overlong < */
	EXPECT("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

static void markup_takes_texts_and_numbers(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(4096);
	static const char want[] = "<a href=\"&quot;\">&lt;b&gt; 42 100%</a>";
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_html(&out, &err, "<a href=\"%s\">%b %u 100%%</a>", "\"",
				     medark_bytes_text("<b>"), 42ULL),
			 0);
	assert_int_equal(out.size, sizeof(want) - 1);
	assert_memory_equal(out.data, want, out.size);
}

static void a_ceiling_is_an_error(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(8);
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_html(&out, &err, "<p>%s</p>", "12345"), MEDARK_E_MEMORY);
	assert_string_equal(err.message, "larger than the limit of 8 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markup_becomes_text),
		cmocka_unit_test(letters_of_all_scripts_stay),
		cmocka_unit_test(what_is_drawn_as_something_else_is_visible),
		cmocka_unit_test(what_is_no_utf8_is_replaced_byte_by_byte),
		cmocka_unit_test(markup_takes_texts_and_numbers),
		cmocka_unit_test(a_ceiling_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
