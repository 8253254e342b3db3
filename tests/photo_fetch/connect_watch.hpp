// Watches every connect() of the test's process, libcurl's included: the proof that a refused address never
// saw a packet. What is not loopback is not let out in any case.
#pragma once

#include <string>
#include <vector>

namespace cutroom::test {

// "127.0.0.1:8080" each, in order, since the last call; nothing but IP sockets.
std::vector<std::string> take_connects();

}  // namespace cutroom::test
