#ifndef CPU_H
#define CPU_H
void cortexm_init(void);
void cpu_init(void);
void board_init(void);
#endif
