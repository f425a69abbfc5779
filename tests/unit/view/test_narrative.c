/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "view/narrative.h"

static void expect(const char *in, const char *want)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
	struct medark_error err;

	assert_int_equal(medark_narrative(&out, medark_bytes_text(in), &err), 0);
	assert_int_equal(medark_buffer_add(&out, "", 1, &err), 0);
	assert_string_equal((const char *)out.data, want);
}

static void text_and_tables_stay(void **state)
{
	(void)state;
	expect("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>a<br/>b</p></div>",
	       "<div><p>a<br>b</p></div>");
	expect("<table><tr><td colspan=\"2\" onclick='x'>1</td></tr></table>",
	       "<table><tr><td colspan=\"2\">1</td></tr></table>");
	expect("<B>bold</B>", "<b>bold</b>");
	expect("a &amp; b &lt;c&gt; &#233;&#x20AC; &unknown; &",
	       "a &amp; b &lt;c&gt; \xc3\xa9\xe2\x82\xac &amp;unknown; &amp;");
	expect("K < 3.5 and > 2", "K &lt; 3.5 and &gt; 2");
}

static void nothing_runs_fetches_or_links(void **state)
{
	(void)state;
	expect("<script>alert(1)</script>x", "x");
	expect("<SCRIPT >alert(1)</scRIPT a>x", "x");
	expect("<p onmouseover=\"alert(1)\" style=\"x\" class=\"y\">a</p>", "<p>a</p>");
	expect("<a href=\"javascript:alert(1)\">link</a>", "link");
	expect("<img src=x onerror=alert(1)>", "");
	expect("<svg><script>x</script></svg>y", "y");
	expect("<iframe src=\"x\"></iframe><form><input></form>", "");
	expect("<!-- <script> -->a<![CDATA[b]]>", "a");
	expect("<style>p{}</style>", "");
	expect("<td colspan=\"9999\">x", "<td>x</td>");
	expect("&lt;script&gt;", "&lt;script&gt;");
	expect("<p title='>'>a", "<p>a</p>");
}

static void what_is_not_balanced_cannot_leave_its_place(void **state)
{
	(void)state;
	expect("</div></section></main>a", "a");
	expect("<div><b>a", "<div><b>a</b></div>");
	expect("<b><i>a</b>c</i>", "<b><i>a</i></b>c");
	expect("<p", "<p></p>");
	expect("<script>never closed", "");
	expect("a<", "a");
	expect("", "");
}

static void depth_and_size_have_an_end(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer in = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 22);
	struct medark_error err;

	(void)state;
	for (int i = 0; i < 80000; i++)
		assert_int_equal(medark_buffer_text(&in, "<b>x", &err), 0);
	assert_int_equal(medark_narrative(&out, medark_bytes(in.data, in.size), &err), 0);
	assert_true(out.size < MEDARK_NARRATIVE_MAX);
	assert_memory_equal(out.data + out.size - 3, "\xe2\x80\xa6", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_tables_stay),
		cmocka_unit_test(nothing_runs_fetches_or_links),
		cmocka_unit_test(what_is_not_balanced_cannot_leave_its_place),
		cmocka_unit_test(depth_and_size_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
