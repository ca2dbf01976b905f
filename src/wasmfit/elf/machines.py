"""Processors by their number in ELF files: what they are called, and what fills gaps in their code."""

from wasmfit.elf.records import Machine

_NAMES = """
1 WE32100|2 SPARC|3 x86|4 m68k|5 m88k|6 Intel MCU|7 Intel 80860|8 MIPS|9 System/370|10 MIPS R3000
15 PA-RISC|17 VPP500|18 SPARC 32+|19 Intel 80960|20 PowerPC|21 PowerPC64|22 S/390|23 SPU|36 V800|37 FR20
38 RH-32|39 M*Core|40 Arm|41 Alpha|42 SuperH|43 SPARC V9|44 TriCore|45 ARC|46 H8/300|47 H8/300H|48 H8S
49 H8/500|50 IA-64|51 MIPS-X|52 ColdFire|53 68HC12|54 MMA|55 PCP|56 nCPU|57 NDR1|58 Star*Core|59 ME16
60 ST100|61 TinyJ|62 x86-64|63 PDSP|64 PDP-10|65 PDP-11|66 FX66|67 ST9+|68 ST7|69 68HC16|70 68HC11
71 68HC08|72 68HC05|73 SVx|74 ST19|75 VAX|76 CRIS|77 Javelin|78 FirePath|79 ZSP|80 MMIX|81 Harvard
82 PRISM|83 AVR|84 FR30|85 D10V|86 D30V|87 V850|88 M32R|89 MN10300|90 MN10200|91 picoJava|92 OpenRISC
93 ARCompact|94 Xtensa|95 VideoCore|96 TMM GPP|97 NS32K|98 TPC|99 SNP 1000|100 ST200|101 IP2022|102 MAX
103 CompactRISC|104 F2MC16|105 MSP430|106 Blackfin|107 S1C33|108 SEP|109 Arca|110 UniCore|111 eXcess
112 DXP|113 Nios II|114 CRX|115 XGATE|116 C166|117 M16C|118 dsPIC30F|119 CE|120 M32C|131 TSK3000|132 RS08
133 SHARC|134 eCOG2|135 Score7|136 DSP24|137 VideoCore III|138 LatticeMico32|139 S1C17|140 C6000
141 C2000|142 C5500|143 ARP32|144 PRU|160 MMDSP+|161 M8C|162 R32C|163 TriMedia|164 Hexagon|165 8051
166 STxP7x|167 NDS32|168 eCOG1X|169 MAXQ30|170 XIMO16|171 Manik|172 NV2|173 RX|174 Meta|175 Elbrus
176 eCOG16|177 CR16|178 eTPU|179 SLE9X|180 L1OM|181 K1OM|183 AArch64|185 AVR32|186 STM8|187 TILE64
188 TILEPro|189 MicroBlaze|190 CUDA|191 TILE-Gx|192 CloudShield|193 CoreA 1st|194 CoreA 2nd|195 ARCv2
196 Open8|197 RL78|198 VideoCore V|199 78K0R|200 56800EX|201 BA1|202 BA2|203 XCore|204 PIC
205 Intel Graphics|210 KM32|211 KMX32|212 KMX16|213 KMX8|214 KVARC|215 CDP|216 COGE|217 CoolEngine
218 NORC|219 Kalimba|220 Z80|221 VISIUM|222 FT32|223 Moxie|224 AMD GPU|243 RISC-V|244 Lanai|245 CEVA
246 CEVA X2|247 BPF|248 Graphcore IPU|249 IMG1|250 NFP|251 Vector Engine|252 C-SKY|253 ARCv2.3
254 MCS6502|255 ARCv3 64-bit|256 KVX|257 65816|258 LoongArch|259 KF32|260 U16/U8|261 Tachyum|262 56800EF
263 SFF|4183 AVR (old)|4643 MSP430 (old)|21569 FR-V|30326 D10V (old)|30353 D30V (old)|36929 M32R (old)
36992 V850 (old)|41872 S/390 (old)|43975 Xtensa (old)|44357 XStormy16|47787 MicroBlaze (old)
48879 MN10300 (old)|57005 MN10200 (old)|65199 Mitsubishi M32C|6317 AVR32 (old)|65536 WebAssembly
"""


def _named() -> dict[int, str]:
    names = {}
    for row in _NAMES.replace("\n", "|").split("|"):
        number, _, name = row.partition(" ")
        if number:
            names[int(number)] = name
    return names


def machine_name(number: int) -> str:
    """What a processor is called: ``Arm``, ``PowerPC``; ``machine 999`` for a number that stands for none."""
    # Made when it is asked for, once or twice a run.
    return _named().get(number, f"machine {number}")


_ZERO = frozenset(b"\x00")


def _filled_with(digits: str) -> frozenset[int]:
    return _ZERO | frozenset(bytes.fromhex(digits))


_FILL: dict[int, frozenset[int]] = {
    # Thumb bf00 and 46c0, Arm e320f000 and e1a00000; lld's trap d4d4d4d4
    Machine.ARM: _filled_with("bf 46c0 e320f0 e1a0 d4"),
    # c.nop 0001, nop 00000013
    Machine.RISCV: _filled_with("01 13"),
    # 90, 66 90 and the forms of 0f 1f …; lea and cs prefixes of 32 bits; int3 cc
    Machine.X86: _filled_with("90 66 0f1f 40 44 80 84 2e cc 8d 74 26 76 b4"),
    Machine.X86_64: _filled_with("90 66 0f1f 40 44 80 84 2e cc"),
    # nop d503201f; lld's trap d4200020
    Machine.AARCH64: _filled_with("1f20 03d5 d4"),
    # nop 0020f0, nop.n f03d
    Machine.XTENSA: _filled_with("f020 3d"),
    Machine.SPARC: _filled_with("01"),
    Machine.SPARCV9: _filled_with("01"),
    Machine.M68K: _filled_with("4e71 4afc 51fc"),  # nop, illegal, trapf
    # nop 00000000; microMIPS 0c00, MIPS16 6500; lld's trap 04170001
    Machine.MIPS: _filled_with("0c 65 0417 01"),
    Machine.PPC: _filled_with("60 44 18 7fe008"),  # nop; VLE's se_nop and e_nop; lld's trap 7fe00008
    Machine.PPC64: _filled_with("60 7fe008"),
    Machine.S390: _filled_with("07 18 47 c004"),  # nopr, lr, nop, jgnop
    Machine.SH: _filled_with("09"),
    Machine.TRICORE: _filled_with("0d"),
    Machine.ARC_COMPACT: _filled_with("78e0 264a70"),  # nop_s, nop
    Machine.ARC_COMPACT2: _filled_with("78e0 264a70"),
    Machine.M68HC11: _filled_with("01"),
    Machine.M68HC12: _filled_with("a7"),
    Machine.M32R: _filled_with("70 f0"),
    Machine.OPENRISC: _filled_with("15"),
    Machine.MSP430: _filled_with("0343"),
    Machine.NIOS2: _filled_with("3a8801"),
    Machine.M16C: _filled_with("04"),
    Machine.HEXAGON: _filled_with("7f c0 40"),
    Machine.CR16: _filled_with("2c"),
    Machine.RX: _filled_with("03 fc13 efde"),
    Machine.AVR32: _filled_with("d703"),
    Machine.STM8: _filled_with("9d"),
    Machine.MICROBLAZE: _filled_with("80"),
    Machine.LANAI: _filled_with("01 15"),  # GNU's and LLVM's
    Machine.LOONGARCH: _filled_with("4003 2a"),  # andi r0, r0, 0; break
    Machine.CSKY: _filled_with("6c03"),
    Machine.FT32: _filled_with("44"),
    Machine.BPF: _filled_with("05 9d 15"),
    15: _filled_with("08 02 40"),  # PA-RISC
    41: _filled_with("ff041f47 2ffe"),  # Alpha
    50: _filled_with("01 02 04 10"),  # IA-64: nop.m, nop.i
    75: _filled_with("01"),  # VAX
    76: _filled_with("050f b0"),  # CRIS
    84: _filled_with("9fa0"),  # FR30
    85: _filled_with("5e 6f"),  # D10V
    89: _filled_with("cb"),  # MN10300
    90: _filled_with("f6"),  # MN10200
    52: _filled_with("4e71 51fc"),  # ColdFire
    138: _filled_with("34"),  # LatticeMico32: xori r0, r0, 0
    161: _filled_with("40"),  # M8C
    162: _filled_with("de"),  # R32C
    120: _filled_with("de 04"),  # M32C
    167: _filled_with("9200 40 09"),  # NDS32
    174: _filled_with("fe ff a0"),  # Meta
    203: _filled_with("f8 0f"),  # XCore
    254: _filled_with("ea"),  # MCS6502
    257: _filled_with("ea"),  # 65816
    251: _filled_with("79"),  # Vector Engine
}


def code_fill(machine: int) -> frozenset[int]:
    """The bytes of what assemblers and linkers fill gaps in a processor's code with."""
    return _FILL.get(machine, _ZERO)
