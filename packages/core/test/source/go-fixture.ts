/** golang-migrate's source fixture: `| 1 ud | - | 3 u | 4 ud | 5 d | - | 7 ud |`. */
export const GO_FIXTURE: Readonly<Record<string, string>> = {
	"1_title.up.sql": "-- 1 up",
	"1_title.down.sql": "-- 1 down",
	"3_title.up.sql": "-- 3 up",
	"4_title.up.sql": "-- 4 up",
	"4_title.down.sql": "-- 4 down",
	"5_title.down.sql": "-- 5 down",
	"7_title.up.sql": "-- 7 up",
	"7_title.down.sql": "-- 7 down",
};
