# The deepest stack that a program for the AVR can need, from its disassembly (avr-objdump --disassemble): what each function
# pushes and reserves, along the deepest chain of calls from main, and the deepest interrupt on top (interrupts do not nest).
# Prints the number of bytes. Calls through pointers cannot be followed: their number is printed after it.

/^[0-9a-f]+ <.*>:$/ {
	function_name = substr($2, 2, length($2) - 3)
	pending = 0
	next
}

{
	# address, instruction, operands; the target of a jump stands between angle brackets
	sub(/^ *[0-9a-f]+:\t/, "")
	split($0, field, "\t")
	instruction = field[1]
	operands = field[2]
}

instruction == "push" { own[function_name]++ }

# A frame: the stack pointer's copy is made smaller, then written back.
instruction == "sbiw" { pending = number_after_comma(operands) }
instruction == "subi" { low = number_after_comma(operands) }
instruction == "sbci" { pending = low + 256 * number_after_comma(operands); if (pending >= 32768) pending = 0 }
instruction == "adiw" { pending = 0 }
instruction == "out" && operands ~ /^0x3d,/ {
	own[function_name] += pending
	pending = 0
}

instruction ~ /^(icall|eicall)$/ { indirect++ }

instruction ~ /^(call|rcall|jmp|rjmp)$/ && match($0, /<[^+>]+>/) {
	target = substr($0, RSTART + 1, RLENGTH - 2)
	if (target != function_name) {
		calls[function_name, ++count[function_name]] = target
		# A jump leaves no return address.
		costs[function_name, count[function_name]] = instruction ~ /call/ ? 2 : 0
	}
}

END {
	interrupt = 0
	for (name in own) seen[name]
	for (name in count) seen[name]
	for (name in seen) {
		if (name ~ /^__vector_[0-9]+$/ && name in own && 2 + depth(name) > interrupt) interrupt = 2 + depth(name)
	}
	print 2 + depth("main") + interrupt, indirect + 0
}

function number_after_comma(text,    parts) {
	split(text, parts, ",")
	return strtonum_hex(parts[2])
}

# Without GNU awk's own function: Debian comes with another awk.
function strtonum_hex(text,    value, i, letter) {
	text = tolower(text)
	gsub(/[ \t]|;.*/, "", text)
	if (text !~ /^0x/) return text + 0
	value = 0
	for (i = 3; i <= length(text); i++) {
		letter = index("0123456789abcdef", substr(text, i, 1))
		if (letter == 0) break
		value = 16 * value + letter - 1
	}
	return value
}

function depth(name,    i, deepest, here) {
	if (name in known) return known[name]
	if (name in open) {
		print "recursion through " name >"/dev/stderr"
		exit 1
	}
	open[name]
	deepest = 0
	for (i = 1; i <= count[name]; i++) {
		here = costs[name, i] + depth(calls[name, i])
		if (here > deepest) deepest = here
	}
	delete open[name]
	known[name] = own[name] + deepest
	return known[name]
}
