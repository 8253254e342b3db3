// Beast's own code, compiled once for the whole program.
//
// Without its assertions, which are there in debug builds alone: one of Beast 1.81's own is wrong. It takes a
// last chunk to have five bytes at least, the line's end of the chunk before it among them, and so ends the
// process where the last chunk is the first one ("0\r\n") and comes in two pieces. What follows the assertion
// reads that right.
#define BOOST_DISABLE_ASSERTS
#include <boost/assert.hpp>
#include <boost/beast/src.hpp>
