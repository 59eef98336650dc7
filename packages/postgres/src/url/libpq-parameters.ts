/** libpq's parameters that are obeyed. See https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS */
export const PARAMETERS = [
	"host",
	"port",
	"dbname",
	"user",
	"password",
	"application_name",
	"channel_binding",
	"client_encoding",
	"connect_timeout",
	"options",
	"sslmode",
	"sslrootcert",
	"sslcert",
	"sslkey",
	"sslpassword",
	"target_session_attrs",
] as const;

export type Parameter = (typeof PARAMETERS)[number];

export function isLibpqParameter(name: string): name is Parameter {
	return (PARAMETERS as readonly string[]).includes(name);
}

export const SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;

export type SslMode = (typeof SSL_MODES)[number];

export const CHANNEL_BINDINGS = ["disable", "prefer"] as const;

export type ChannelBinding = (typeof CHANNEL_BINDINGS)[number];

export const TARGETS = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"] as const;

export type Target = (typeof TARGETS)[number];
