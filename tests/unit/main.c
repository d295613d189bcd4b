// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs every KUnit suite that is linked in, or those cases whose "suite.case"
 * contains one of the arguments. Prints a line for each case and one with the
 * sum at the end. Exit code: 0 all passed, 1 otherwise, 2 nothing to run.
 *
 * A case fails that prints a kernel warning, or that takes longer than
 * KUNIT_TIMEOUT seconds (environment, default 300; this ends the run).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <kit/kit.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/list.h>

#define MAX_SUITES 512

struct runner {
	struct kunit_suite *suite;
	struct kunit_case *test_case;
	jmp_buf end;
	struct list_head memory;
	struct completion done;
	struct kunit test;
};

struct test_memory {
	struct list_head node;
	void *mem;
};

static struct kunit_suite *suites[MAX_SUITES];
static size_t nr_suites;
static unsigned int nr_run, nr_passed, nr_failed, nr_skipped;

void kit_kunit_register(struct kunit_suite *const *more, size_t num)
{
	while (num--) {
		BUG_ON(nr_suites == MAX_SUITES);
		suites[nr_suites++] = *more++;
	}
}

static void *keep_memory(struct kunit *test, void *mem)
{
	struct runner *runner = test->runner;
	struct test_memory *keep;

	if (!mem)
		return NULL;
	/* Not kmalloc(): a test may count allocations, or make one fail. */
	keep = malloc(sizeof(*keep));
	BUG_ON(!keep);
	keep->mem = mem;
	list_add(&keep->node, &runner->memory);
	return mem;
}

void *kunit_kmalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	return keep_memory(test, kmalloc(size, gfp));
}

void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	return keep_memory(test, kzalloc(size, gfp));
}

void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	return keep_memory(test, kmalloc_array(n, size, gfp));
}

void *kunit_kcalloc(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	return keep_memory(test, kcalloc(n, size, gfp));
}

static void drop_memory(struct test_memory *keep)
{
	list_del(&keep->node);
	kfree(keep->mem);
	free(keep);
}

void kunit_kfree(struct kunit *test, const void *ptr)
{
	struct runner *runner = test->runner;
	struct test_memory *keep;

	list_for_each_entry(keep, &runner->memory, node) {
		if (keep->mem == ptr) {
			drop_memory(keep);
			return;
		}
	}
	KUNIT_FAIL(test, "kunit_kfree() of %p, which is not the test's", ptr);
}

static void print_note(struct kunit *test, const char *fmt, va_list args)
{
	struct runner *runner = test->runner;
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, args);
	printf("# %s.%s: %s%s", runner->suite->name, test->name, text,
	       strchr(text, '\n') ? "" : "\n");
}

void kit_kunit_log(struct kunit *test, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_note(test, fmt, args);
	va_end(args);
}

void kit_kunit_skip(struct kunit *test, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(test->status_comment, sizeof(test->status_comment), fmt, args);
	va_end(args);
	if (test->status == KUNIT_SUCCESS)
		test->status = KUNIT_SKIPPED;
}

void kit_kunit_abort(struct kunit *test)
{
	struct runner *runner = test->runner;

	longjmp(runner->end, 1);
}

static void report_failure(struct kunit *test, const char *file, int line, const char *text,
			   const char *values, const char *fmt, va_list args)
{
	char more[512];

	WRITE_ONCE(test->status, KUNIT_FAILURE);
	vsnprintf(more, sizeof(more), fmt, args);
	kit_kunit_log(test, "%s:%d: failed: %s%s%s%s", file, line, text, values, *more ? ": " : "",
		      more);
}

void kit_kunit_fail(struct kunit *test, const char *file, int line, const char *what,
		    const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report_failure(test, file, line, what, "", fmt, args);
	va_end(args);
}

void kit_kunit_fail_binary(struct kunit *test, const char *file, int line, const char *text,
			   long long left, long long right, const char *fmt, ...)
{
	char values[128];
	va_list args;

	snprintf(values, sizeof(values), " (%lld = 0x%llx, %lld = 0x%llx)", left, left, right,
		 right);
	va_start(args, fmt);
	report_failure(test, file, line, text, values, fmt, args);
	va_end(args);
}

/* Set-up, the case, clean-up: the last also after a failed assertion. */
static void run_once(struct runner *runner)
{
	struct kunit *test = &runner->test;
	struct kunit_suite *suite = runner->suite;

	test->priv = NULL;
	if (!setjmp(runner->end)) {
		if (suite->init && suite->init(test))
			KUNIT_FAIL(test, "the suite's init() failed");
		else
			runner->test_case->run_case(test);
	}
	if (suite->exit && !setjmp(runner->end))
		suite->exit(test);
	while (!list_empty(&runner->memory))
		drop_memory(list_first_entry(&runner->memory, struct test_memory, node));
}

static int run_in_thread(void *data)
{
	struct runner *runner = data;
	struct kunit *test = &runner->test;
	const void *(*next)(const void *prev, char *desc) = runner->test_case->generate_params;
	char desc[KUNIT_PARAM_DESC_SIZE] = "";

	if (!next) {
		run_once(runner);
	} else {
		while ((test->param_value = next(test->param_value, desc))) {
			enum kunit_status before = test->status;

			run_once(runner);
			if (test->status != before)
				kit_kunit_log(test, "parameter: %s", desc);
			desc[0] = '\0';
		}
	}
	complete(&runner->done);
	return 0;
}

static void finish(void)
{
	if (nr_skipped)
		printf("# %u skipped\n", nr_skipped);
	printf("%u passed, %u failed\n", nr_passed, nr_failed);
	fflush(stdout);
}

static unsigned int timeout_seconds(void)
{
	const char *text = getenv("KUNIT_TIMEOUT");
	unsigned int seconds = 300;

	if (text && kstrtouint(text, 10, &seconds))
		fprintf(stderr, "KUNIT_TIMEOUT is no number: %s\n", text);
	return seconds;
}

static void print_result(const struct runner *runner)
{
	const struct kunit *test = &runner->test;
	const char *suite = runner->suite->name;

	nr_run++;
	switch (test->status) {
	case KUNIT_SUCCESS:
		nr_passed++;
		printf("ok %u %s.%s\n", nr_run, suite, test->name);
		break;
	case KUNIT_SKIPPED:
		nr_skipped++;
		printf("ok %u %s.%s # SKIP %s\n", nr_run, suite, test->name, test->status_comment);
		break;
	case KUNIT_FAILURE:
		nr_failed++;
		printf("not ok %u %s.%s\n", nr_run, suite, test->name);
		break;
	}
	fflush(stdout);
}

static void run_case(struct kunit_suite *suite, struct kunit_case *test_case)
{
	struct runner runner = { .suite = suite, .test_case = test_case };
	unsigned int warnings = kit_warn_count();
	struct task_struct *thread;

	INIT_LIST_HEAD(&runner.memory);
	init_completion(&runner.done);
	runner.test.name = test_case->name;
	runner.test.runner = &runner;
	thread = kthread_create(run_in_thread, &runner, "kunit");
	BUG_ON(IS_ERR(thread));
	get_task_struct(thread);
	wake_up_process(thread);
	if (!wait_for_completion_timeout(&runner.done,
					 msecs_to_jiffies(timeout_seconds() * 1000))) {
		KUNIT_FAIL(&runner.test, "no end in sight: giving up");
		print_result(&runner);
		finish();
		_exit(1);
	}
	kthread_stop(thread);
	put_task_struct(thread);
	if (kit_warn_count() != warnings)
		KUNIT_FAIL(&runner.test, "it printed a warning");
	print_result(&runner);
}

static bool wanted(const char *suite, const char *test_case, char **filters)
{
	char name[512];

	if (!*filters)
		return true;
	snprintf(name, sizeof(name), "%s.%s", suite, test_case);
	for (; *filters; filters++)
		if (strstr(name, *filters))
			return true;
	return false;
}

static void run_suite(struct kunit_suite *suite, char **filters, bool list_only)
{
	struct kunit_case *c;
	bool ready = false;

	for (c = suite->test_cases; c->run_case; c++) {
		if (!wanted(suite->name, c->name, filters))
			continue;
		if (list_only) {
			printf("%s.%s\n", suite->name, c->name);
			continue;
		}
		if (!ready && suite->suite_init && suite->suite_init(suite)) {
			nr_run++;
			nr_failed++;
			printf("not ok %u %s # suite_init() failed\n", nr_run, suite->name);
			return;
		}
		ready = true;
		run_case(suite, c);
	}
	if (ready && suite->suite_exit)
		suite->suite_exit(suite);
}

int main(int argc, char **argv)
{
	bool list_only = argc > 1 && strcmp(argv[1], "--list") == 0;
	char **filters = argv + 1 + list_only;
	size_t i;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		printf("usage: %s [--list] [PART OF suite.case]...\n", argv[0]);
		return 0;
	}
	if (kit_init()) {
		fprintf(stderr, "kit_init() failed\n");
		return 1;
	}
	for (i = 0; i < nr_suites; i++)
		run_suite(suites[i], filters, list_only);
	kit_exit();
	if (list_only)
		return 0;
	finish();
	if (!nr_run)
		return 2;
	return nr_failed ? 1 : 0;
}
