// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>

#include "config.h"
#include "main.h"
#include "open/create_id.h"
#include "open/open.h"
#include "session/conn.h"
#include "session/limits.h"
#include "session/session.h"
#include "smb2/negotiate.h"
#include "transport/tcp.h"
#include "util/workers.h"

int ksmbd_server_init(void)
{
	int err = ksmbd_workers_init();

	if (err)
		return err;
	err = ksmbd_inode_table_init();
	if (err) {
		ksmbd_workers_exit();
		return err;
	}
	ksmbd_create_id_init();
	ksmbd_session_table_init();
	ksmbd_conn_table_init();
	ksmbd_smb2_init();
	return 0;
}

int ksmbd_server_listen(const char *addr, u16 port, u16 *bound)
{
	return ksmbd_tcp_listen(addr, port, bound);
}

void ksmbd_server_unlisten(void)
{
	ksmbd_tcp_stop();
}

void ksmbd_server_exit(void)
{
	ksmbd_tcp_stop();
	ksmbd_conn_stop_all();
	ksmbd_tcp_join();
	ksmbd_workers_exit();
	ksmbd_create_id_exit();
	ksmbd_inode_table_exit();
	ksmbd_limits_exit();
	ksmbd_config_exit();
}
